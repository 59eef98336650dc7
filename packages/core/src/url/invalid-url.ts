import { MigrateError } from "../migrate-error.ts";

/** What is known of a URL that cannot be taken as it is. */
export interface InvalidUrlDetails {
	/** What was given in place of a URL, without its query. */
	readonly path?: string;
	readonly cause?: unknown;
}

/** For a URL that cannot be taken as it is. @param reason What is wrong, and what to write instead; without secrets. */
export function invalidUrl(reason: string, { path, cause }: InvalidUrlDetails = {}): MigrateError<"ERR_INVALID_URL"> {
	const details = { reason, ...(path !== undefined && { path }) };
	return new MigrateError("ERR_INVALID_URL", reason, details, cause === undefined ? {} : { cause });
}
