import { isAbsolute } from "node:path";
import { CommandError } from "./command-error.ts";
import type { CommandLine } from "./read-command-line.ts";

/** The URLs that a command works on; undefined where the user gave none. */
export interface Urls {
	readonly source: string | undefined;
	readonly database: string | undefined;
}

/** Finds the URLs: flags first, then GODWIT_DATABASE and DATABASE_URL for the database. Empty is not given. */
export function givenUrls({ value }: CommandLine, environment: NodeJS.ProcessEnv): Urls {
	const path = value("path");
	return {
		source: value("source") || (path ? urlOfPath(path) : undefined),
		database: value("database") || environment.GODWIT_DATABASE || environment.DATABASE_URL || undefined,
	};
}

/** @throws CommandError when there is none. */
export function requireSource({ source }: Urls): string {
	if (source === undefined) {
		throw new CommandError("no source; name the folder of the migrations with -path DIR, or a URL with -source");
	}
	return source;
}

/** @throws CommandError when there is none. */
export function requireDatabase({ database }: Urls): string {
	if (database === undefined) {
		throw new CommandError(
			"no database; name it with -database, as in sqlite-native://app.db, or set GODWIT_DATABASE or DATABASE_URL",
		);
	}
	return database;
}

/**
 * A path is literal; in a URL a percent sign and a question mark are not, nor what an `@` makes look like a password.
 * A URL, which the source refuses as a path, is left for it to see.
 */
function urlOfPath(path: string): string {
	const start = path.includes("@") && !path.includes("://") && !isAbsolute(path) ? "./" : "";
	return `file://${start}${path.replaceAll("%", "%25").replaceAll("?", "%3F")}`;
}
