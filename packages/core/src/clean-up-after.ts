import { suppress } from "./migrate-error.ts";

/**
 * Cleans up after a failure, which stays the one that callers see.
 *
 * @returns What to throw: the failure, together with that of the clean-up if there was one.
 */
export async function cleanUpAfter(failure: unknown, cleanUp: () => Promise<void>): Promise<unknown> {
	try {
		await cleanUp();
		return failure;
	} catch (later) {
		return suppress(failure, later);
	}
}
