/** 64 bits of FNV-1a, in base 36. It distinguishes texts and gives no security. The system's own hashes take milliseconds to load. */
export function hash(text: string): string {
	let value = 0xcbf29ce484222325n;
	for (const byte of Buffer.from(text)) value = BigInt.asUintN(64, (value ^ BigInt(byte)) * 0x100000001b3n);
	return value.toString(36).padStart(13, "0").slice(0, 10);
}
