import type { Version } from "../version.ts";
import { versionDigest } from "./digest.ts";

/** A set of versions and its digest, which is kept up to date. */
export interface DigestedVersions {
	/** Does nothing for a version that is in the set. */
	add(version: Version): void;
	/** Does nothing for a version that is not in the set. */
	remove(version: Version): void;
	/** As `VersionDigest.toString`. */
	digest(): string;
}

/** Makes a set of its own, which begins with the given versions. */
export function digestedVersions(first: Iterable<Version>): DigestedVersions {
	const versions = new Set(first);
	const digest = versionDigest(versions);
	return {
		add(version) {
			if (versions.has(version)) return;
			versions.add(version);
			digest.add(version);
		},
		remove(version) {
			if (versions.delete(version)) digest.remove(version);
		},
		digest: () => digest.toString(),
	};
}
