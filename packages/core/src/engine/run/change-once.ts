import type { Driver } from "../../driver/driver.ts";
import type { VersionChange } from "../../driver/version-state.ts";
import { isMigrateError, type MigrateError, suppress } from "../../migrate-error.ts";
import { createTrace } from "../../trace.ts";

const trace = createTrace("godwit:run");

/** How often a change is made whose connection is lost each time: it may be what ends the session. */
const ATTEMPTS = 3;

/** The connection was lost in a change, and nobody tells whether it was committed. It stays within the engine. */
export class UnknownOutcome extends Error {
	/** `ERR_CONNECTION_LOST`, with what happened when the database was asked. */
	declare readonly cause: MigrateError;
}

/**
 * Makes a change that happens as a whole or not at all, also where the connection is lost: the answer to a commit can be lost as
 * well as the commit. The driver connects again, and the token says whether the change is there. Where it is not, it is
 * made again.
 *
 * @param token Of the change; no other change has it.
 * @returns What `change` resolves to; `"committed"` when it gave no answer and is there.
 * @throws UnknownOutcome when the database does not answer. MigrateError `ERR_LOCK_LOST` when another run has taken the lock
 *   meanwhile. What `change` rejects with.
 */
export async function changeOnce<T>(driver: Driver, token: string, change: () => Promise<T>): Promise<T | "committed"> {
	for (let attempt = 1; ; attempt++) {
		try {
			return await change();
		} catch (cause) {
			if (!isMigrateError(cause, "ERR_CONNECTION_LOST") || driver.lastToken === undefined) throw cause;
			if ((await tokenAfter(driver, cause)) === token) return "committed";
			if (attempt === ATTEMPTS) throw cause;
			trace("the change %s was not committed, and is made again", token);
		}
	}
}

/**
 * Records a version, as `changeOnce` makes a change.
 *
 * @throws MigrateError `ERR_CONNECTION_LOST` when the database does not answer any more. As `Driver.setVersion`.
 */
export async function recordOnce(driver: Driver, change: VersionChange & { readonly token: string }): Promise<void> {
	try {
		await changeOnce(driver, change.token, () => driver.setVersion(change));
	} catch (error) {
		throw error instanceof UnknownOutcome ? error.cause : error;
	}
}

async function tokenAfter(driver: Driver, lost: unknown): Promise<string | undefined> {
	try {
		return await driver.lastToken?.();
	} catch (error) {
		if (isMigrateError(error, "ERR_LOCK_LOST")) throw suppress(error, lost);
		throw new UnknownOutcome("the database does not answer", { cause: suppress(lost, error) });
	}
}
