import type { NewChecksum } from "../../src/history/checksum.ts";

/** The checksum of a text that is there as a whole. */
export function textChecksum(newChecksum: NewChecksum, text: string): string {
	const checksum = newChecksum();
	checksum.update(new TextEncoder().encode(text));
	return checksum.digest();
}
