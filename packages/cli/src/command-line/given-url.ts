import { isAbsolute } from "node:path";

/** A URL, with where the user gave it. */
export interface GivenUrl {
	readonly url: string;
	/** For messages: `-source`, `DATABASE_URL`, `"database" in godwit.config.json`. */
	readonly origin: string;
	/** An absolute path, which a relative path in the URL starts from; missing for the working directory. */
	readonly folder?: string | undefined;
}

/**
 * Writes a path as a file URL.
 *
 * A path is literal; in a URL a percent sign and a question mark are not, nor what an `@` makes look like a password.
 * A URL, which the source refuses as a path, is left for it to see.
 */
export function urlOfPath(path: string): string {
	const start = path.includes("@") && !path.includes("://") && !isAbsolute(path) ? "./" : "";
	return `file://${start}${path.replaceAll("%", "%25").replaceAll("?", "%3F")}`;
}
