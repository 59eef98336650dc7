import type { Invocation } from "../command-line/command.ts";
import { CommandError } from "../command-line/command-error.ts";
import { builtinDrivers, engineOf } from "../database/schemes/builtins.ts";
import { registerDriverOf } from "../database/schemes/register-schemes.ts";

/**
 * The URL of an empty database in memory, of the kind that the migrations are for, its driver registered. Options of the URL of the
 * database count, such as whether foreign keys are enforced; the database itself is not opened. For PostgreSQL it is one of
 * PGlite.
 *
 * @throws CommandError for a kind that has no databases in memory.
 */
export async function emptyDatabase({ line, settings }: Invocation): Promise<string> {
	const [scheme = "sqlite", query = ""] = kindOf(line.value("dialect"), databaseUrl(settings));
	const engine = engineOf(scheme);
	if (engine === undefined) {
		throw new CommandError(
			`check knows no empty databases of ${scheme}; name one of ${Object.keys(builtinDrivers).join(", ")} with -dialect`,
		);
	}
	const url = engine === "postgres" ? `pglite://:memory:${ownOptions(query)}` : `${scheme}://:memory:${query}`;
	await registerDriverOf(url, settings.environment?.config);
	return url;
}

/** How to connect to a server says nothing about the migrations. */
function ownOptions(query: string): string {
	const options = query
		.slice(1)
		.split("&")
		.filter((option) => option.startsWith("x-"));
	return options.length === 0 ? "" : `?${options.join("&")}`;
}

/** The scheme in lower case, and the options, which a dialect has of the database URL where both are of one kind. */
function kindOf(dialect: string | undefined, url: string | undefined): readonly string[] {
	const [, written, query = ""] = /^([a-z][a-z0-9+.-]*):[^?]*(\?.*)?$/is.exec(url ?? "") ?? [];
	const scheme = written?.toLowerCase();
	if (dialect === undefined) return scheme === undefined ? [] : [scheme, query];
	const same = dialect === scheme || [dialect, scheme].every((name) => engineOf(name) === "postgres");
	return same ? [dialect, query] : [dialect];
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
