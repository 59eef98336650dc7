import { isError, isMigrateError, MigrateError } from "@godwit/core";

/** Wraps why a database cannot be opened, unless it says so itself. */
export function cannotOpen(path: string, cause: unknown): MigrateError {
	return explained(cause, (reason) => `cannot open ${path}: ${reason}; check the path and the permissions of the file`);
}

/** Wraps why the lock beside a database cannot be given back, unless it says so itself. */
export function cannotLeave(path: string, cause: unknown): MigrateError {
	return explained(
		cause,
		(reason) => `the lock of ${path} cannot be given back: ${reason}; check the permissions of its folder`,
	);
}

function explained(cause: unknown, message: (reason: string) => string): MigrateError {
	if (isMigrateError(cause)) return cause;
	return new MigrateError("ERR_DATABASE", message(isError(cause) ? cause.message : String(cause)), {}, { cause });
}
