import { formsOf, HARMLESS, hideSecretsOfUrl } from "./hide-secrets.ts";

/** Returns whether a URL has a user, a password, or an option whose value may be secret. */
export function mayHaveSecrets(url: string): boolean {
	const [address = ""] = url.split("?");
	return hideSecretsOfUrl(address) !== address || optionsOf(url).length > 0;
}

/**
 * Hides, in the text of an error, the values of the options of URLs: a driver names an option with its value when it cannot read
 * it, as `sslkey=hunter2`, and a system names a file in quotes. A value that is known to be harmless stays.
 *
 * @param urls Those that the error may be about.
 */
export function hideValues(text: string, urls: readonly string[]): string {
	let hidden = text;
	for (const [name, value] of urls.flatMap(optionsOf)) {
		if (hidden === value) return "***";
		for (const form of formsOf(value)) {
			hidden = hidden.replaceAll(`${name}=${form}`, () => `${name}=***`);
			for (const quote of ["'", '"', "`"]) {
				hidden = hidden.replaceAll(`${quote}${form}${quote}`, () => `${quote}***${quote}`);
			}
		}
	}
	return hidden;
}

/** The options of a URL of which the value may be secret, as they are and decoded. */
function optionsOf(url: string): readonly (readonly [name: string, value: string])[] {
	const [, query = ""] = /\?(.*)$/s.exec(url) ?? [];
	const written = query.split("&").filter((option) => !HARMLESS.test(option));
	const options = [...new Set(written.flatMap((option) => [option, decoded(option)]))];
	return options.flatMap((option) => {
		const [, name, value] = /^([^=]+)=(.+)$/s.exec(option) ?? [];
		return name === undefined || value === undefined ? [] : [[name, value] as const];
	});
}

function decoded(text: string): string {
	try {
		return decodeURIComponent(text);
	} catch {
		// Such a URL is refused, in words that do not have the value.
		return text;
	}
}
