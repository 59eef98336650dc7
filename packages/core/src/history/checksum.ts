import { type NewSha256, runtimeSha256, type Sha256 } from "./sha256.ts";

/** Sums up the text of one migration file, from its bytes in their order. */
export interface Checksum {
	update(bytes: Uint8Array): void;
	/** Ends it: `t1:` and 64 hexadecimal digits. */
	digest(): string;
}

/** Makes a checksum for one text. */
export type NewChecksum = () => Checksum;

const SHA256_OF_NOTHING = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];

/**
 * Loads what checksums are made of, once it is needed: an idle start makes none.
 *
 * `t1` is the SHA-256 of the bytes after three changes that no database sees: without a byte order mark, with LF for each
 * CR LF, and without the last line end. So a checkout with other line ends has the same checksum.
 */
export async function loadChecksum(): Promise<NewChecksum> {
	const newSha256 = (await runtimeSha256()) ?? (await sha256Anywhere());
	const ofNothing = newSha256().digest("hex");
	if (ofNothing !== SHA256_OF_NOTHING)
		throw new TypeError(`the SHA-256 of nothing is not ${ofNothing}; see offerSha256`);
	return () => checksum(newSha256());
}

async function sha256Anywhere(): Promise<NewSha256> {
	const [{ sha256 }, { bytesToHex }] = await Promise.all([
		import("@noble/hashes/sha2.js"),
		import("@noble/hashes/utils.js"),
	]);
	return () => {
		const hash = sha256.create();
		return {
			update: (bytes) => hash.update(bytes),
			digest: () => bytesToHex(hash.digest()),
		};
	};
}

function checksum(hash: Sha256): Checksum {
	/** What cannot be judged before more is known: the begin of a byte order mark, a line end that may be the last. */
	let held: Uint8Array = new Uint8Array();
	let begun = false;

	function add(bytes: Uint8Array): void {
		let start = 0;
		for (let at = bytes.indexOf(CARRIAGE_RETURN); at !== -1; at = bytes.indexOf(CARRIAGE_RETURN, at + 1)) {
			if (bytes[at + 1] !== LINE_FEED) continue;
			hash.update(bytes.subarray(start, at));
			start = at + 1;
		}
		hash.update(bytes.subarray(start));
	}

	return {
		update(bytes) {
			let all = held.length === 0 ? bytes : joined(held, bytes);
			if (!begun) {
				if (isBeginOfMark(all)) {
					held = all.slice();
					return;
				}
				begun = true;
				if (BYTE_ORDER_MARK.every((byte, index) => all[index] === byte)) all = all.subarray(BYTE_ORDER_MARK.length);
			}
			const end = all.length - lengthOfLineEnd(all);
			held = all.slice(end);
			add(all.subarray(0, end));
		},
		digest() {
			if (held.at(-1) !== LINE_FEED) hash.update(held);
			return `t1:${hash.digest("hex")}`;
		},
	};
}

/** Whether it is too short to tell. */
function isBeginOfMark(bytes: Uint8Array): boolean {
	return bytes.length < BYTE_ORDER_MARK.length && bytes.every((byte, index) => byte === BYTE_ORDER_MARK[index]);
}

/** Of LF, CR LF, or a CR whose LF may follow. */
function lengthOfLineEnd(bytes: Uint8Array): number {
	const last = bytes.at(-1);
	if (last === CARRIAGE_RETURN) return 1;
	if (last !== LINE_FEED) return 0;
	return bytes.at(-2) === CARRIAGE_RETURN ? 2 : 1;
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
	const all = new Uint8Array(first.length + second.length);
	all.set(first);
	all.set(second, first.length);
	return all;
}
