import { isMigrateError, isSameDatabase } from "@godwit/core";
import type { Invocation } from "../command-line/command.ts";
import { CommandError } from "../command-line/command-error.ts";
import type { GivenUrl } from "../command-line/given-url.ts";
import type { Settings } from "../command-line/settings.ts";
import { resolveDatabase } from "./schemes/resolve-urls.ts";

/**
 * Says why a command that takes something back may not do so in this database: that of a protected environment, whichever way it
 * was named, without `-confirm` and the environment's name.
 *
 * @param database Its URL, for the working directory.
 * @returns undefined when it may.
 */
export async function protectionOf(invocation: Invocation, database: string): Promise<CommandError | undefined> {
	const { line, settings } = invocation;
	const names = await protectedNames(invocation, database);
	const confirmed = line.value("confirm");
	const [name] = names;
	if (name === undefined || settings.environment === undefined) return undefined;
	if (confirmed !== undefined && names.includes(confirmed)) return undefined;
	const wrong = confirmed === undefined ? "" : ` instead of -confirm ${confirmed}`;
	return new CommandError(
		`${line.name} is refused: this is the database of the protected environment "${name}" in ${settings.environment.config.location}; add -confirm ${name}${wrong} to go on`,
	);
}

/** An environment whose own database is not known protects whatever database it is used with, and no other. */
async function protectedNames({ settings }: Invocation, database: string): Promise<readonly string[]> {
	const { environment } = settings;
	const names: string[] = [];
	for (const [name, candidate] of environment?.config.environments ?? []) {
		if (candidate.protected !== true) continue;
		const own = environment?.databaseOf(name);
		const url = own && (await knownUrl(own, settings));
		if (url === undefined ? name === environment?.name : await isSameDatabase(url, database)) names.push(name);
	}
	return names;
}

/** Returns undefined for a scheme that no driver is here for: with another one that database is not reached. */
async function knownUrl(own: GivenUrl, settings: Settings): Promise<string | undefined> {
	try {
		return await resolveDatabase(own, settings);
	} catch (error) {
		const cause = error instanceof CommandError ? error.cause : error;
		if (isMigrateError(cause, "ERR_UNKNOWN_DRIVER")) return undefined;
		throw error;
	}
}
