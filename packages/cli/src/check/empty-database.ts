import type { Invocation } from "../command-line/command.ts";
import { CommandError } from "../command-line/command-error.ts";
import { builtinDrivers } from "../database/builtins.ts";
import { registerDriverOf } from "../database/register-schemes.ts";

/**
 * The URL of an empty database in memory, of the kind that the migrations are for, its driver registered. Options of the URL of the
 * database count, such as whether foreign keys are enforced; the database itself is not opened.
 *
 * @throws CommandError for a kind that has no databases in memory.
 */
export async function emptyDatabase({ line, settings }: Invocation): Promise<string> {
	const [scheme = "sqlite", query = ""] = kindOf(line.value("dialect"), databaseUrl(settings));
	if (!Object.hasOwn(builtinDrivers, scheme)) {
		throw new CommandError(
			`check knows no empty databases of ${scheme}; name one of ${Object.keys(builtinDrivers).join(", ")} with -dialect`,
		);
	}
	const url = `${scheme}://:memory:${query}`;
	await registerDriverOf(url, settings.environment?.config);
	return url;
}

function kindOf(dialect: string | undefined, url: string | undefined): readonly string[] {
	const [, scheme, query] = /^([a-z][a-z0-9+.-]*):[^?]*(\?.*)?$/is.exec(url ?? "") ?? [];
	if (dialect !== undefined && dialect !== scheme) return [dialect];
	return scheme === undefined ? [] : [scheme.toLowerCase(), query ?? ""];
}

/** Where the migrations are checked, the variable with the database's URL need not be set. */
function databaseUrl(settings: Invocation["settings"]): string | undefined {
	try {
		return settings.database()?.url;
	} catch (error) {
		if (error instanceof CommandError) return undefined;
		throw error;
	}
}
