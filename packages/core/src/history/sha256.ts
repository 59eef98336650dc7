/** The SHA-256 of one text, from its bytes in their order. A `Hash` of `node:crypto` is one. */
export interface Sha256 {
	update(bytes: Uint8Array): unknown;
	/** Ends it: 64 hexadecimal digits. */
	digest(encoding: "hex"): string;
}

/** Makes the SHA-256 of one text. */
export type NewSha256 = () => Sha256;

let load: (() => Promise<NewSha256>) | undefined;

/**
 * Takes the runtime's own SHA-256 for the checksums of files, in place of one in JavaScript that runs anywhere: it is several times as
 * quick. The file source does so.
 *
 * @param loadIt Is called when a checksum is needed.
 */
export function setSha256(loadIt: () => Promise<NewSha256>): void {
	load = loadIt;
}

/** @returns undefined when none was set. */
export function runtimeSha256(): Promise<NewSha256> | undefined {
	return load?.();
}
