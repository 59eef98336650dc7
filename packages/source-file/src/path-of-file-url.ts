import { hasCredentials, invalidUrl, MigrateError } from "@godwit/core";

/**
 * Reads the path out of a `file:` URL; a relative one stays relative.
 *
 * As golang-migrate, it takes what follows `file://`, host and path together, so `file://migrations` is the folder
 * `migrations` of the current one, `file:///migrations` the one at the root, and `file://` the current folder.
 * `file:migrations` is the same as `file://migrations`. Percent-encoding is decoded and everything else is literal,
 * also `#`. On Windows a drive may follow two slashes or three, and backslashes are slashes.
 *
 * Go ignores a query. Here it is an error, since there are no options: a `?` in a path is written `%3F`.
 *
 * A user and a password would show in messages as parts of a path, so they are refused, as is another URL for a path.
 *
 * @throws MigrateError `ERR_INVALID_OPTION` for a query; `ERR_INVALID_URL` for another scheme, a URL in the path, a user, a
 *   percent sign that starts no escape, bytes that are not UTF-8 and a NUL.
 */
export function pathOfFileUrl(url: string, platform: string = process.platform): string {
	const [, encoded, query] = /^file:(?:\/\/)?([^?]*)(?:\?(.*))?$/is.exec(url) ?? [];
	if (encoded === undefined) throw invalidUrl("a file URL starts with file://");
	if (query !== undefined) throw unknownOption(query);
	const path = decode(encoded);
	// One letter is a drive.
	if (/^[a-z][a-z0-9+.-]+:\/\//i.test(path)) {
		throw invalidUrl(
			"a folder is not a URL; give the URL as the source, or write ./ before a folder that is called so",
		);
	}
	if (hasCredentials(path)) {
		throw invalidUrl("a folder has no user and password; before a path that has : and @ in it, write ./");
	}
	if (path.includes("\0")) throw invalidUrl("a path cannot hold a NUL byte (%00)");
	const afterSlash = platform === "win32" && /^[/\\][a-z]:/i.test(path);
	return afterSlash ? path.slice(1) : path === "" ? "." : path;
}

function decode(encoded: string): string {
	try {
		return decodeURIComponent(encoded);
	} catch (cause) {
		throw invalidUrl("the path is not percent-encoded UTF-8; a percent sign in it is written %25", { cause });
	}
}

function unknownOption(query: string): MigrateError<"ERR_INVALID_OPTION"> {
	const option = query.split(/[=&]/, 1)[0] ?? "";
	const message = `file URLs have no options, and this one asks for "${option}"; a question mark in a path is written %3F`;
	return new MigrateError("ERR_INVALID_OPTION", message, { option });
}
