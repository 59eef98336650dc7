import { describe, expect, it } from "vitest";
import { migrationBody, textBody } from "../../src/body/migration-body.ts";
import { loadChecksum } from "../../src/history/checksum.ts";
import { MAX_KEPT_BYTES, recordedBody, recordOf } from "../../src/history/recorded-body.ts";
import { textChecksum } from "./text-checksum.ts";

const newChecksum = await loadChecksum();
const full = { newChecksum, history: { keepsText: (text: string) => !text.startsWith("secret") } };
const upper = { newChecksum, history: { keepsText: () => false, meaning: (text: string) => text.toUpperCase() } };

describe("a recorded body", () => {
	it("has a record once it was read to its end", async () => {
		const { body, record } = recordedBody(textBody("create a;\n"), full);
		for await (const _ of body) break;
		expect(record()).toBeUndefined();
		await body.text();
		expect(record()).toEqual({ checksum: textChecksum(newChecksum, "create a;"), text: "create a;\n" });
	});

	it("has a record of a body that is read at once", async () => {
		const { body, record } = recordedBody(textBody("create a;"), full);
		body.whole?.();
		expect(record()?.checksum).toBe(textChecksum(newChecksum, "create a;"));
	});

	it("has what ran when the next reading differs", async () => {
		let readings = 0;
		const changing = migrationBody(async function* () {
			yield new TextEncoder().encode(`reading ${++readings}`);
		});
		const { body, record } = recordedBody(changing, full);
		await body.text();
		expect(record()?.text).toBe("reading 1");
		await body.text();
		expect(record()?.text).toBe("reading 2");
	});

	it("keeps no part of a text that is too long", async () => {
		const text = "a".repeat(MAX_KEPT_BYTES);
		expect((await recordOf(textBody(text), full)).text).toBe(text);
		expect(await recordOf(textBody(`${text}a`), full)).toEqual({
			checksum: textChecksum(newChecksum, `${text}a`),
			text: undefined,
		});
	});

	it("does not keep what the driver does not", async () => {
		const { checksum, text } = await recordOf(textBody("secret;"), full);
		expect({ checksum, text }).toEqual({ checksum: textChecksum(newChecksum, "secret;"), text: undefined });
	});

	it("has a checksum of the meaning where no text is kept", async () => {
		const { checksum, text } = await recordOf(textBody("create a;"), upper);
		expect(text).toBeUndefined();
		expect(checksum).toMatch(/^t1:[0-9a-f]{64} m1:[0-9a-f]{64}$/);
		const other = await recordOf(textBody("CREATE A;"), upper);
		expect(other.checksum.split(" ")[0]).not.toBe(checksum.split(" ")[0]);
		expect(other.checksum.split(" ")[1]).toBe(checksum.split(" ")[1]);
	});
});
