/** The SHA-256 of one text, from its bytes in their order. A `Hash` of `node:crypto` is one. */
export interface Sha256 {
	/** Adds bytes. They may change afterwards. */
	update(bytes: Uint8Array): unknown;
	/** Ends it: 64 hexadecimal digits, lower case. */
	digest(encoding: "hex"): string;
}

/** Makes the SHA-256 of one text. */
export type NewSha256 = () => Sha256;

/** Loads a runtime's own SHA-256; `undefined` where the runtime has none. */
export type LoadSha256 = () => Promise<NewSha256 | undefined>;

let offered: LoadSha256 | undefined;

/**
 * Offers the runtime's own SHA-256 for the checksums of files, in place of one in JavaScript that runs anywhere: it takes a fourth of the
 * time. The file source offers that of `node:crypto`. The first offer counts, and later ones change nothing.
 *
 * @param load Called when an operation makes its first checksum. What it rejects with ends the operation.
 * @throws TypeError When `load` is no function.
 */
export function offerSha256(load: LoadSha256): void {
	// Later it would end a migration in its midst.
	if (typeof load !== "function") throw new TypeError(`what loads a SHA-256 is a function, not ${typeof load}`);
	offered ??= load;
}

/** @returns `undefined` when none was offered, or the runtime has none. */
export async function runtimeSha256(): Promise<NewSha256 | undefined> {
	return offered?.();
}
