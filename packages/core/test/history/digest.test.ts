import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { versionDigest } from "../../src/history/digest.ts";
import { MAX_VERSION } from "../../src/version.ts";

const seed = Number(process.env.GODWIT_SEED ?? 1);
const version = fc.oneof(fc.bigInt({ min: 0n, max: 40n }), fc.bigInt({ min: 0n, max: MAX_VERSION }));
const versions = fc.uniqueArray(version, { maxLength: 20 });

describe("versionDigest", () => {
	it("is the same in every release, since databases keep it", () => {
		expect(String(versionDigest())).toBe("0:0000000000000000");
		expect(String(versionDigest([0n]))).toBe("1:981268739a1730ee");
		expect(String(versionDigest([1n, 2n, 20261127041200n, MAX_VERSION]))).toBe("4:1d0f0218896546ea");
	});

	it("does not depend on the order, nor on what was added and removed on the way", () => {
		fc.assert(
			fc.property(versions, versions, (kept, removed) => {
				const detour = versionDigest(removed);
				for (const one of kept) detour.add(one);
				for (const one of removed) detour.remove(one);
				expect(String(detour)).toBe(String(versionDigest(kept.toReversed())));
			}),
			{ seed },
		);
	});

	it("differs for sets that differ", () => {
		const seen = new Map<string, string>();
		fc.assert(
			fc.property(versions, (set) => {
				const digest = String(versionDigest(set));
				const name = set.toSorted((a, b) => (a < b ? -1 : 1)).join(" ");
				expect(seen.get(digest) ?? name).toBe(name);
				seen.set(digest, name);
			}),
			{ seed, numRuns: 2_000 },
		);
		for (const one of Array.from({ length: 50_000 }, (_, index) => BigInt(index))) {
			const digest = String(versionDigest([one]));
			expect(seen.get(digest) ?? `${one}`).toBe(`${one}`);
			seen.set(digest, `${one}`);
		}
	});
});
