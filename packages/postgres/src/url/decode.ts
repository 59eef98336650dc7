import { controlCharacter, invalidUrl } from "@godwit/core";

/** Decodes a part of a database URL. @throws MigrateError `ERR_INVALID_URL`, which does not show it. */
export function decode(text: string): string {
	let plain: string;
	try {
		plain = decodeURIComponent(text);
	} catch (cause) {
		const reason = "the database URL has a % that begins no percent-encoding; write a literal % as %25";
		throw invalidUrl(reason, { cause });
	}
	const control = controlCharacter(plain);
	if (control !== undefined) throw invalidUrl("the database URL has a control character, written with a %");
	return plain;
}
