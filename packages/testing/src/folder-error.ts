import { isError, MigrateError } from "@godwit/core";

/**
 * Returns the error that says why a folder cannot be used.
 *
 * @param failed What could not be done: `cannot keep the template`.
 * @param instead What else there is to do than to make it writable.
 */
export function folderError(
	failed: string,
	folder: string,
	instead: string,
	cause: unknown,
): MigrateError<"ERR_DATABASE"> {
	const reason = isError(cause) ? cause.message : String(cause);
	const message = `${failed} in ${folder}: ${reason}; make it a folder that this user may write, or ${instead}`;
	return new MigrateError("ERR_DATABASE", message, {}, { cause });
}

/** Does something in the folder where templates are kept. @throws MigrateError `ERR_DATABASE`. */
export async function inFolder<T>(folder: string, work: () => Promise<T>): Promise<T> {
	try {
		return await work();
	} catch (cause) {
		throw folderError("cannot keep the template", folder, "name another one with cacheFolder", cause);
	}
}
