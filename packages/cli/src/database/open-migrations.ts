import { isMigrateError, MigrateError, openSource, type Source } from "@godwit/core";
import { CommandError } from "../command-line/command-error.ts";

/** Where the migrations are when nobody says. */
const DEFAULT_SOURCE = "file://migrations";

/**
 * Opens the migrations.
 *
 * @param source Their URL; undefined when the user did not say.
 * @throws CommandError for a path in place of a URL. @throws MigrateError as `openSource`; for a folder that nobody has named,
 *   and that is not there, it says how to name one.
 */
export async function openMigrations(source: string | undefined): Promise<Source> {
	try {
		return await openSource(source ?? DEFAULT_SOURCE);
	} catch (error) {
		if (isMigrateError(error, "ERR_INVALID_URL") && error.details.path !== undefined) {
			throw new CommandError(`${error.message}, or -path ${error.details.path}`, { cause: error });
		}
		if (source !== undefined || !isMigrateError(error, "ERR_SOURCE")) throw error;
		const cure =
			'name the folder of the migrations with -path DIR, or a URL with -source, or make it with "godwit init"';
		const message = `${error.message}\nno source was given, so that it is ./migrations; ${cure}`;
		throw new MigrateError("ERR_SOURCE", message, error.details, { cause: error });
	}
}
