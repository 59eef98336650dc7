import { databaseIdentity } from "@godwit/core";
import type { Invocation } from "../command-line/command.ts";
import { CommandError } from "../command-line/command-error.ts";
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

/** An environment whose own database is not known protects whatever database it is used with. */
async function protectedNames({ settings }: Invocation, database: string): Promise<readonly string[]> {
	const { environment } = settings;
	const names: string[] = [];
	for (const [name, candidate] of environment?.config.environments ?? []) {
		if (candidate.protected !== true) continue;
		const own = environment?.databaseOf(name);
		const covers =
			own === undefined
				? name === environment?.name
				: (await databaseIdentity(await resolveDatabase(own, settings))) === (await databaseIdentity(database));
		if (covers) names.push(name);
	}
	return names;
}
