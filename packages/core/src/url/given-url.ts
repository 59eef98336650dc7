import type { UrlKind } from "./scheme-of-url.ts";

/** What a path may be given as: text, or a `file:` URL as `new URL("./app.db", import.meta.url)` makes it. */
export type UrlOrPath = string | URL;

/** `./x`, `../x`, `/x` and `C:\\x`, but not `//host/x`. */
const PATH = /^(?:\.{1,2}(?:$|[/\\])|\/(?!\/)|\\|[a-z]:(?:\\|\/(?!\/)))/i;

/** A path that begins as only one of Windows does, on whatever system. In any other a backslash is a part of a name. */
const BACKSLASHED = /^(?:\.{0,2}\\|[a-z]:\\)/i;

/** Returns whether a value is a URL or a path, and no open source or driver. A `URL` of another realm, as Jest has them, is one. */
export function isUrlOrPath(value: unknown): value is UrlOrPath {
	if (typeof value === "string") return true;
	return typeof value === "object" && value !== null && "href" in value && typeof value.href === "string";
}

/**
 * Returns what was given as a URL, with the path in it literal. A text that is no path stays as it is.
 *
 * @param pathScheme The scheme of the URL that a path stands for; undefined when there is none.
 * @param known The registered schemes.
 * @throws TypeError for what is neither a text nor a `URL`.
 */
export function urlOfGiven(
	given: UrlOrPath,
	kind: UrlKind,
	pathScheme: string | undefined,
	known: readonly string[],
): string {
	if (!isUrlOrPath(given)) throw new TypeError(`the ${kind} must be a URL or a path, not ${typeOf(given)}`);
	const url = typeof given === "string" ? given : given.href;
	if (pathScheme === undefined) return url;
	if (typeof given === "string") return isPath(url) ? `${pathScheme}://${encoded(url)}` : url;
	return url.startsWith("file:") && !known.includes("file") ? url.replace("file", pathScheme) : url;
}

/** A question mark begins the options of a URL. Who writes one behind a path means them, and is told to write a URL. */
function isPath(text: string): boolean {
	return PATH.test(text) && !text.includes("?");
}

function encoded(path: string): string {
	return (BACKSLASHED.test(path) ? path.replaceAll("\\", "/") : path).replaceAll("%", "%25");
}

/** Of a value that may be a secret in the wrong place. */
export function typeOf(value: unknown): string {
	if (value === null) return "null";
	return Array.isArray(value) ? "an array" : typeof value;
}
