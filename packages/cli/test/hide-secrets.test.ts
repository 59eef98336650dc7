import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hideSecrets, hideSecretsOfUrl } from "../src/hide-secrets.ts";

const seed = Number(process.env.GODWIT_SEED ?? 1);

describe("hideSecretsOfUrl", () => {
	it.each([
		["postgres://ann:pa55@db/app", "postgres://***@db/app"],
		["postgres://ann@db/app", "postgres://***@db/app"],
		["postgres://ann:p/w?d#@e@db/app", "postgres://***@db/app"],
		["sqlite-native://app.db?key=abc&x-tx-mode=immediate", "sqlite-native://app.db?key=***&x-tx-mode=***"],
		["sqlite-native://a b/c.db", "sqlite-native://a b/c.db"],
		["file://migrations", "file://migrations"],
		["not a URL", "not a URL"],
	])("shows %s as %s", (url, expected) => {
		expect(hideSecretsOfUrl(url)).toBe(expected);
	});

	it("never shows a password or the value of an option", () => {
		const secret = fc.stringMatching(/^S[!-~]{6,20}S$/).filter((text) => !/[&#]/.test(text));
		const property = fc.property(secret, secret, (password, value) => {
			const shown = hideSecretsOfUrl(`db://ann:${password}@host/app?key=${value}`);
			expect(shown).not.toContain(password);
			expect(shown).not.toContain(value);
		});
		fc.assert(property, { seed, numRuns: 500 });
	});
});

describe("hideSecrets", () => {
	it("hides them wherever a URL stands in a text", () => {
		expect(hideSecrets("cannot open postgres://ann:pa55@db/app, sorry", [])).toBe(
			"cannot open postgres://***@db/app, sorry",
		);
	});

	it("knows a URL with spaces when it is told", () => {
		const url = "db://host/a b?key=one two";
		expect(hideSecrets(`cannot open ${url}: busy`, [url])).toBe("cannot open db://host/a b?key=***: busy");
	});
});
