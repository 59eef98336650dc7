/**
 * Returns whether the path of a URL looks as if it began with a user and a password, which a file has none of: as a part
 * of the path they would show in every message. A path that begins with `./`, `/` or a Windows drive never does.
 */
export function hasCredentials(path: string): boolean {
	return /^(?![A-Za-z]:[/\\])[^/\\]*:.*@/s.test(path);
}
