import { format, inspect } from "node:util";
import { setTraceSink } from "@godwit/core";
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { postgres } from "../../src/index.ts";

/** No message, no name and no percent-encoding has three of these in a row. */
const LETTERS = ["Q", "X", "Z", "J"];

/** See https://datatracker.ietf.org/doc/html/rfc3986#section-2.2, and what else has a meaning in some URL. */
const RESERVED = [..."!#$&'()*+,/:;=?@[]%\\ \"<>^`{|}~"];

const letters = fc.string({ unit: fc.constantFrom(...LETTERS), minLength: 3, maxLength: 5 });
const reserved = fc.string({ unit: fc.constantFrom(...RESERVED), minLength: 1, maxLength: 2 });

/** Letters on both sides of what may end a part of a URL, so that each part of it is recognised. */
const secrets = fc
	.tuple(letters, fc.array(fc.tuple(reserved, letters), { minLength: 0, maxLength: 3 }))
	.map(([first, rest]) => [first, ...rest.flat()].join(""));

/** Nobody listens there. */
const HOST = "127.0.0.1:1";

const POSITIONS: Readonly<Record<string, (secret: string) => string>> = {
	"the password": (secret) => `postgres://me:${secret}@${HOST}/app`,
	"the password, after a number": (secret) => `postgres://me:5432/${secret}@${HOST}/app`,
	"the password, after a number that is no port": (secret) => `postgres://me:99999/${secret}@${HOST}/app`,
	"the password, in the place of a port": (secret) => `postgres://localhost:1?${secret}@${HOST}/app?sslmode=disable`,
	"the password, with an option of its own": (secret) => `postgres://me:a?x-history=${secret}@${HOST}/app`,
	"the password, without a user": (secret) => `postgres://:${secret}@${HOST}/app?x-history=off`,
	"the password of several hosts": (secret) => `postgres://me:${secret}@${HOST},${HOST}/app`,
	"the password of a scheme without slashes": (secret) => `postgres:me:${secret}@${HOST}/app`,
	"a parameter": (secret) => `postgres://${HOST}/app?password=${secret}`,
	"a parameter before others": (secret) => `postgres://${HOST}/app?password=${secret}&sslmode=disable`,
	"a parameter behind others": (secret) => `postgres://${HOST}/app?user=me&password=a&${secret}`,
	"a parameter that looks like two": (secret) => `postgres://${HOST}/app?password=a&${secret}=b`,
	"a parameter with a known name in it": (secret) => `postgres://${HOST}/app?password=a&sslmode=${secret}`,
	"a parameter with an option in it": (secret) => `postgres://${HOST}/app?password=a&x-lock-timeout=${secret}`,
	"a parameter with an unknown option in it": (secret) => `postgres://${HOST}/app?pass%77ord=a&x-${secret}=1`,
	"the password of a key": (secret) => `postgres://${HOST}/app?sslpassword=a&${secret}`,
	"a parameter without a value": (secret) => `postgres://${HOST}/app?password&${secret}`,
};

const ENCODINGS: Readonly<Record<string, (text: string) => string>> = {
	"as it is": (text) => text,
	encoded: encodeURIComponent,
};

/** Everything that is said of a URL, by each function that takes one: errors, in text and JSON, results and traces. */
async function saidOf(url: string): Promise<string> {
	const said: unknown[] = [];
	setTraceSink((namespace, line, args) => said.push(namespace, format(line, ...args)));
	const calls: readonly (() => Promise<unknown>)[] = [
		async () => {
			await using driver = await postgres.open(url);
			return await driver.version();
		},
		() => postgres.breakLocks(url, async () => true),
		() => postgres.identityOf(url),
		async () => void (await postgres.absoluteUrl(url, "/")),
	];
	for (const call of calls) {
		said.push(await call().catch((error: unknown) => [error, JSON.stringify(error), String(error)]));
	}
	return inspect(said, { depth: 9, showHidden: true, maxStringLength: null, maxArrayLength: null });
}

/** Three characters in a row, with a letter among them; letters alone in lower case too, which a host's name gets. */
function tracesOf(secret: string): readonly string[] {
	const threes = Array.from({ length: secret.length - 2 }, (_, at) => secret.slice(at, at + 3));
	const told = threes.filter((three) => LETTERS.some((letter) => three.includes(letter)));
	return [...told, ...told.map((three) => three.toLowerCase()).filter((three) => /^[a-z]{3}$/.test(three))];
}

afterEach(() => setTraceSink(undefined));

describe("a password", () => {
	it.each(
		Object.entries(POSITIONS).flatMap(([position, write]) =>
			Object.entries(ENCODINGS).map(([encoding, encode]) => ({ position, write, encoding, encode })),
		),
	)("as $position, $encoding, is never shown", async ({ write, encode }) => {
		await fc.assert(
			fc.asyncProperty(secrets, async (secret) => {
				const said = await saidOf(write(encode(secret)));
				expect([...tracesOf(secret), ...tracesOf(encode(secret))].filter((part) => said.includes(part))).toEqual([]);
			}),
			{ numRuns: 40 },
		);
	});
});
