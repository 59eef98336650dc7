import { controlCharacter } from "./control-character.ts";
import { invalidUrl } from "./invalid-url.ts";

/** What a URL names. */
export type UrlKind = "database" | "source";

/** In lower case, see https://datatracker.ietf.org/doc/html/rfc3986#section-3.1 */
export const SCHEME: RegExp = /^[a-z][a-z0-9+.-]*$/;

/** In any other position one letter before a colon is a scheme. */
const WINDOWS_PATH = /^[a-z]:(\\|\/(?!\/))/i;

/** Marks of connection strings of other kinds, which can hold a password. */
const NO_PATH = /[@=;:]/;

/**
 * Reads the scheme of a URL, in lower case. As golang-migrate: the text before the first colon, so that the rest need not
 * be a valid URL.
 *
 * @param known The registered schemes; the first is the one that a path is told to begin with.
 * @throws MigrateError `ERR_INVALID_URL` for an empty URL, one with a control character, and a path.
 */
export function schemeOfUrl(url: string, kind: UrlKind, known: readonly string[]): string {
	if (url === "") throw invalidUrl(`the ${kind} URL is empty`);
	const control = controlCharacter(url);
	if (control !== undefined) {
		throw invalidUrl(
			`the ${kind} URL has the control character ${control}; take it out (a line end of Windows in a file of settings leaves "\\r")`,
		);
	}
	const scheme = url.slice(0, Math.max(url.indexOf(":"), 0)).toLowerCase();
	if (SCHEME.test(scheme) && (known.includes(scheme) || !WINDOWS_PATH.test(url))) return scheme;
	if (kind === "database" && url === ":memory:") {
		const scheme = known[0] ?? "scheme";
		throw invalidUrl(`the database URL has no scheme; for a database in memory write ${scheme}://:memory:`);
	}
	if (/^~[/\\]/.test(url)) {
		const scheme = known[0] ?? "scheme";
		throw invalidUrl(
			`the ${kind} URL has no scheme, and ~ stands for your home folder in a shell alone, where no quotes are around it; write ${scheme}:// and the whole path`,
		);
	}
	const path = WINDOWS_PATH.test(url) ? url.replaceAll("\\", "/") : url;
	const instead = urlOfPath(path, known);
	// What is neither URL nor path is not shown: in a connection string of another form it can be a password.
	if (instead === undefined) throw invalidUrl(`the ${kind} URL has no scheme; write it as scheme://...`);
	throw invalidUrl(`the ${kind} URL has no scheme; for the path ${withoutQuery(url)} write ${instead}`, {
		path: withoutQuery(url),
	});
}

/**
 * Writes a path as a URL, for a message.
 *
 * @returns undefined for what may be something else than a path.
 */
export function urlOfPath(path: string, known: readonly string[]): string | undefined {
	const plain = withoutQuery(path);
	if (NO_PATH.test(plain.replace(WINDOWS_PATH, ""))) return undefined;
	const url = `${known[0] ?? "scheme"}://${plain}`;
	return plain === path ? url : `${url}?..., or %3F in place of the ? where it belongs to the path`;
}

/** A query can hold a password. */
function withoutQuery(url: string): string {
	return url.replace(/\?.*$/, "");
}
