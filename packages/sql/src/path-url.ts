import { controlCharacter, hasCredentials, invalidUrl } from "@godwit/core";

/** What a URL `scheme://PATH?x-option=value` of a database in a file or folder says. */
export interface PathUrl {
	readonly scheme: string;
	/** Decoded. Not empty, and without control characters. */
	readonly path: string;
	readonly options: URLSearchParams;
}

export interface PathRules {
	/** How such a URL is written, after `scheme://`, for messages: `path/to/file.db`. */
	readonly example: string;
	/** What the path is one of, for messages: `file`. */
	readonly kind: "file" | "folder";
	/** What has no users and passwords, for messages: `SQLite`. */
	readonly product: string;
}

/**
 * Takes such a URL apart. Percent-encoding is decoded, so a literal `%` or `?` in a path is written `%25` or `%3F`. A user and
 * a password would show in messages as parts of a path, so they are refused.
 *
 * @throws MigrateError `ERR_INVALID_URL`.
 */
export function readPathUrl(url: string, { example, kind, product }: PathRules): PathUrl {
	const [, scheme, encoded = "", query = ""] = /^([^:]+):\/\/([^?]*)(?:\?(.*))?$/s.exec(url) ?? [];
	if (scheme === undefined) {
		const instead = withSlashes(url);
		throw invalidUrl(
			`a database URL is written scheme://${example}${instead === undefined ? "" : `; write ${instead}`}`,
		);
	}
	const path = decode(encoded);
	if (hasCredentials(path)) {
		throw invalidUrl(`${product} has no users and passwords; before a path that has : and @ in it, write ./`);
	}
	if (path === "") throw invalidUrl(`the database URL names no ${kind}; write it as ${scheme}://${example}`);
	const control = controlCharacter(path);
	if (control !== undefined) {
		throw invalidUrl(
			`the path in the database URL has the control character ${control}; take it out, also where it is percent-encoded`,
		);
	}
	return { scheme, path, options: new URLSearchParams(query) };
}

/** `sqlite:app.db` in its right form; undefined when it may hold a password. */
function withSlashes(url: string): string | undefined {
	const [, scheme, path] = /^([^:]+):([^?@=;]+)(?:\?.*)?$/s.exec(url) ?? [];
	return path === undefined ? undefined : `${scheme}://${path}`;
}

function decode(encoded: string): string {
	try {
		return decodeURIComponent(encoded);
	} catch (cause) {
		const reason = "the path in the database URL has a % that begins no percent-encoding; write a literal % as %25";
		throw invalidUrl(reason, { cause });
	}
}
