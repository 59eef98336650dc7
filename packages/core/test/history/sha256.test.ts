import { createHash } from "node:crypto";
import { beforeEach, describe, expect, it, vi } from "vitest";

describe("an offered SHA-256", () => {
	async function fresh() {
		vi.resetModules();
		const { offerSha256 } = await import("../../src/history/sha256.ts");
		const { loadChecksum } = await import("../../src/history/checksum.ts");
		return { offerSha256, loadChecksum };
	}
	type Fresh = Awaited<ReturnType<typeof fresh>>;
	let offerSha256: Fresh["offerSha256"];
	let loadChecksum: Fresh["loadChecksum"];

	beforeEach(async () => {
		({ offerSha256, loadChecksum } = await fresh());
	});

	it("is the first one, and is loaded when a checksum is needed", async () => {
		const first = vi.fn(async () => () => createHash("sha256"));
		offerSha256(first);
		offerSha256(() => expect.fail("loaded"));
		expect(first).not.toHaveBeenCalled();
		expect((await loadChecksum())().digest()).toBe(
			"t1:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
		);
		expect(first).toHaveBeenCalledOnce();
	});

	it("is done without where the runtime has none", async () => {
		offerSha256(async () => undefined);
		expect((await loadChecksum())().digest()).toMatch(/^t1:e3b0c442/);
	});

	it("has to be a SHA-256, in lower case", async () => {
		offerSha256(async () => () => createHash("sha512"));
		await expect(loadChecksum()).rejects.toThrow(/^the SHA-256 of nothing is not cf83e1/);
	});

	it("has to be a function", () => {
		expect(() => offerSha256("sha256" as never)).toThrow("what loads a SHA-256 is a function, not string");
	});
});
