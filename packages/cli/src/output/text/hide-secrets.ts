import { inspect } from "node:util";

/** The scheme is bounded, or a long word, such as a number in hexadecimal, would be read again from each of its letters. */
const URL_IN_TEXT = /[a-z][a-z0-9+.-]{0,30}:\/\/[^\s"']*/gi;

const SCHEME = /^[^:/?#]+:(?:\/\/)?/;
const AUTHORITY = /^[^/?#]*/;

/** godwit's own options, and those of libpq that take one of a few words. */
const KNOWN =
	"x-(?:(?:ddl-)?lock|history|wal|tx|no-tx|foreign|dangling|double|sync|statement|multi)[a-z-]*|sslmode|target_session_attrs|client_encoding";

/** What they take, beside numbers and durations. */
const WORDS = [
	"true|false|full|hash|off|normal|extra|deferred|immediate|exclusive|delete|truncate|persist|wal|alone|allow|disable|prefer|require",
	"verify-ca|verify-full|any|read-write|read-only|primary|standby|prefer-standby|utf-?8|auto|system",
].join("|");

/** Matches an option of a URL, `NAME=VALUE`, that is known to be no secret: a mistyped value may be one. */
export const HARMLESS: RegExp = new RegExp(
	`^(?:(?:search_path|x-migrations-table)=[\\w,.$%" -]*|[^=]+=(?:true|false)?|(?:${KNOWN})=(?:${WORDS}|[0-9.]+(?:[nuµm]?s|[mh])?))$`,
	"i",
);

/**
 * Shows a URL without user, password and the values of its query that are not known to be harmless; hides too much rather than too
 * little.
 */
export function hideSecretsOfUrl(url: string): string {
	const [scheme = ""] = SCHEME.exec(url) ?? [];
	const rest = url.slice(scheme.length);
	const [authority = ""] = AUTHORITY.exec(rest) ?? [];
	// A password may hold any character, also one that should have been encoded.
	const end = scheme === "" ? -1 : (authority.includes(":") ? rest : authority).lastIndexOf("@");
	const shown = end === -1 ? url : `${scheme}***${rest.slice(end)}`;
	return shown.replace(/(?<=\?).*/s, (query) => query.replace(/[^&]+/g, withoutSecret));
}

function withoutSecret(option: string): string {
	return HARMLESS.test(option) ? option : option.replace(/=.*/s, "=***");
}

/**
 * Hides the secrets of every URL in a text, last thing before it is printed.
 *
 * @param urls Those that the text may contain, to find them whole even when they have spaces.
 */
export function hideSecrets(text: string, urls: readonly string[]): string {
	let hidden = text;
	for (const url of urls) {
		for (const form of formsOf(url)) hidden = hidden.replaceAll(form, () => hideSecretsOfUrl(form));
	}
	return hidden.includes("://") ? hidden.replace(URL_IN_TEXT, hideSecretsOfUrl) : hidden;
}

/** As it is, and as a stack shows it. */
export function formsOf(text: string): readonly string[] {
	return /['"`\\\p{Cc}]/u.test(text) ? [text, inspect(text).slice(1, -1)] : [text];
}
