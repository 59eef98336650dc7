import { describe, expect, it } from "vitest";
import { versionDigest } from "../../src/history/digest.ts";
import { digestedVersions } from "../../src/history/digested-versions.ts";

describe("digestedVersions", () => {
	it("has the digest of the versions that are in it", () => {
		const versions = digestedVersions([1n, 2n]);
		versions.add(3n);
		versions.remove(1n);
		expect(versions.digest()).toBe(versionDigest([2n, 3n]).toString());
	});

	it("counts a version once, and takes away only what is there", () => {
		const versions = digestedVersions([1n]);
		versions.add(1n);
		versions.remove(2n);
		expect(versions.digest()).toBe(versionDigest([1n]).toString());
	});

	it("leaves the set that it began with as it was", () => {
		const first = new Set([1n]);
		digestedVersions(first).add(2n);
		expect(first).toEqual(new Set([1n]));
	});
});
