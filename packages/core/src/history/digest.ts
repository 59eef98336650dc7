import type { Version } from "../version.ts";

/**
 * Sums up a set of versions in a short text, so that an idle start can tell without reading the history that nothing has
 * changed. The order does not matter. It protects against accidents, not against somebody who wants two sets to look alike.
 */
export interface VersionDigest {
	add(version: Version): void;
	remove(version: Version): void;
	/** The number of versions and a hash: `12:5f0c9a11e2b4d687`. */
	toString(): string;
}

export function versionDigest(versions: Iterable<Version> = []): VersionDigest {
	let count = 0;
	let high = 0;
	let low = 0;

	function change(version: Version, sign: 1 | -1): void {
		const value = Number(version);
		// Twice as fast as the bigint's own operators, which matters for an idle start with 10,000 files.
		const exact = value <= Number.MAX_SAFE_INTEGER;
		const upper = exact ? Math.floor(value / 2 ** 32) : Number(version >> 32n);
		const lower = exact ? value | 0 : Number(version & 0xffff_ffffn);
		const first = mixed(lower ^ 0x9e37_79b9);
		const second = mixed(upper ^ first ^ 0x85eb_ca6b);
		count += sign;
		high = (high + sign * mixed(second ^ 0x27d4_eb2f)) | 0;
		low = (low + sign * mixed(first ^ second)) | 0;
	}

	for (const version of versions) change(version, 1);
	return {
		add: (version) => change(version, 1),
		remove: (version) => change(version, -1),
		toString: () => `${count}:${hex(high)}${hex(low)}`,
	};
}

/** The finalizer of MurmurHash3, see https://github.com/aappleby/smhasher */
function mixed(value: number): number {
	let hash = value | 0;
	hash = Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b);
	hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2_ae35);
	return (hash ^ (hash >>> 16)) | 0;
}

function hex(value: number): string {
	return (value >>> 0).toString(16).padStart(8, "0");
}
