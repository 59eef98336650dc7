import { inspect } from "node:util";

const URL_IN_TEXT = /[a-z][a-z0-9+.-]*:\/\/[^\s"']*/gi;

/** Everything up to the last `@`: a password may hold any character, also one that should have been encoded. */
const USER_AND_PASSWORD = /^([^:/?#]+:(?:\/\/)?)(?:[^/?#@]*:.*|[^/?#]*)@/s;

/** Shows a URL without user, password and the values of its query; hides too much rather than too little. */
export function hideSecretsOfUrl(url: string): string {
	return url.replace(USER_AND_PASSWORD, "$1***@").replace(/\?[^#]*/, (query) => query.replace(/=[^&]*/g, "=***"));
}

/**
 * Hides the secrets of every URL in a text, last thing before it is printed.
 *
 * @param urls Those that the text may contain, to find them whole even when they have spaces.
 */
export function hideSecrets(text: string, urls: readonly string[]): string {
	let hidden = text;
	for (const url of urls) {
		const inStack = inspect(url).slice(1, -1);
		hidden = hidden.replaceAll(url, () => hideSecretsOfUrl(url)).replaceAll(inStack, () => hideSecretsOfUrl(inStack));
	}
	return hidden.replace(URL_IN_TEXT, hideSecretsOfUrl);
}
