import { invalidUrl } from "@godwit/core";

/** The database URL of a template, without a path: the file is the template's own. */
export interface TemplateUrl {
	/** In lower case. */
	readonly scheme: string;
	/** With the `?`, as written; empty without options. */
	readonly query: string;
	/** Returns the URL of a file. @param path Absolute. */
	of(path: string): string;
}

/** @throws MigrateError `ERR_INVALID_URL` for anything but a scheme and options. */
export function templateUrl(url: string): TemplateUrl {
	const [, scheme, path = "", query = ""] = /^([a-z][a-z0-9+.-]*):\/\/([^?]*)(\?.*)?$/is.exec(url) ?? [];
	// What is in the place of a path is not shown: it can be a user and a password.
	if (scheme === undefined) throw invalidUrl("the database of a template is written scheme://, as in sqlite-node://");
	if (path !== "") {
		throw invalidUrl(
			`the database of a template is a file of its own, and this URL names another one; write ${scheme}://, with options after a ? only`,
		);
	}
	return {
		scheme: scheme.toLowerCase(),
		query,
		of: (file) => `${scheme}://${encoded(file)}${query}`,
	};
}

/** On Windows a drive follows the two slashes. */
function encoded(path: string): string {
	return path.replaceAll("%", "%25").replaceAll("?", "%3F");
}
