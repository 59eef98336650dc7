import { isMigrateError, type Migrate, MigrateError } from "@godwit/core";

/**
 * Adds the way down without the files to the error of a database that is newer than they are, where the history has the texts for it.
 *
 * @param limit How many migrations were to be reverted; undefined for all.
 */
export async function withStoredAdvice(error: unknown, migrate: Migrate, limit: number | undefined): Promise<unknown> {
	if (!isMigrateError(error, "ERR_DATABASE_NEWER")) return error;
	try {
		await migrate.storedDown(limit);
	} catch (refusal) {
		// Nothing to advise where that way is closed too.
		if (isMigrateError(refusal)) return error;
		throw refusal;
	}
	const command = limit === undefined ? "down -stored" : `down ${limit} -stored`;
	const message = `${error.message}, or revert with the texts that the history has, with ${command}`;
	return new MigrateError("ERR_DATABASE_NEWER", message, error.details, { cause: error });
}
