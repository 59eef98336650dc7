import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hideSecrets, hideSecretsOfUrl } from "../../src/output/text/hide-secrets.ts";
import { hideValues } from "../../src/output/text/hide-values.ts";

const seed = Number(process.env.GODWIT_SEED ?? 1);

describe("hideSecretsOfUrl", () => {
	it.each([
		["postgres://ann:pa55@db/app", "postgres://***@db/app"],
		["postgres://ann@db/app", "postgres://***@db/app"],
		["postgres://ann:p/w?d#@e@db/app", "postgres://***@db/app"],
		["sqlite-native://app.db?key=abc&x-tx-mode=immediate", "sqlite-native://app.db?key=***&x-tx-mode=immediate"],
		["sqlite-native://a.db?k=x?y&x-history=off&x-note=5s5", "sqlite-native://a.db?k=***&x-history=off&x-note=***"],
		["birds://h/db?x-pin=4711&x-token=1234m&password=off", "birds://h/db?x-pin=***&x-token=***&password=***"],
		["postgres://h/d?search_path=app;password=a&sslmode=require", "postgres://h/d?search_path=***&sslmode=require"],
		["sqlite://a.db?x-lock-timeout=1h&x-history=hunter2", "sqlite://a.db?x-lock-timeout=1h&x-history=***"],
		["postgres://ann@db:5432/app", "postgres://***@db:5432/app"],
		["postgres://ann@corp:p/w@db/app", "postgres://***@db/app"],
		["db://h/app?password=ab#cd&e=f", "db://h/app?password=***&e=***"],
		["sqlite-native://a b/c.db", "sqlite-native://a b/c.db"],
		["file://migrations", "file://migrations"],
		["not a URL", "not a URL"],
	])("shows %s as %s", (url, expected) => {
		expect(hideSecretsOfUrl(url)).toBe(expected);
	});

	it("never shows a password or the value of an option that is not known to be harmless", () => {
		const secret = fc.stringMatching(/^S[!-~]{6,20}S$/);
		const value = secret.filter((text) => !text.includes("&"));
		const user = fc.constantFrom("ann", "ann@corp", "");
		const property = fc.property(user, secret, value, (name, password, option) => {
			const shown = hideSecretsOfUrl(`db://${name}:${password}@host/app?key=${option}`);
			expect(shown).not.toContain(password);
			expect(shown).not.toContain(option);
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

	it.each(["ab".repeat(100_000), `a://${":".repeat(100_000)}`, `a://@${":".repeat(100_000)}`])(
		"is done soon with a long word: %.9s",
		(word) => {
			expect(hideSecrets(word, [])).toHaveLength(word.includes("@") ? word.length + 3 : word.length);
		},
	);
});

describe("hideValues", () => {
	const url =
		"postgres://h/d?sslkey=%2Fkeys%2Fa&x-history=fulll&x-lock-timeout=15s&sslmode=require&search_path=app&k=it's";

	it.each([
		["sslkey=/keys/a cannot be read: ENOENT, open '/keys/a'", "sslkey=*** cannot be read: ENOENT, open '***'"],
		["sslkey=%2Fkeys%2Fa", "sslkey=***"],
		["/keys/a", "***"],
		[
			"x-history=fulll cannot be read: it takes full, hash, off",
			"x-history=*** cannot be read: it takes full, hash, off",
		],
		["x-lock-timeout=15s, sslmode=require, search_path=app", "x-lock-timeout=15s, sslmode=require, search_path=app"],
		["k=it's", "k=***"],
		["the folder /keys/apart", "the folder /keys/apart"],
	])("shows %s as %s", (text, expected) => {
		expect(hideValues(text, [url])).toBe(expected);
	});
});
