import { closeSync, openSync, readSync } from "node:fs";

/** Both byte orders, the second with big-endian words. See https://sqlite.org/fileformat2.html#the_write_ahead_log */
const MAGIC: ReadonlySet<number> = new Set([0x377f0682, 0x377f0683]);
const BIG_ENDIAN = 0x377f0683;

const LOG_HEADER = 32;
const FRAME_HEADER = 24;

/** The first page of a database begins with its header. */
const DATABASE_HEADER = 100;

/** What SQLite takes from a write-ahead log: the frames of the log's own salts, with right checksums, up to the last commit. */
export interface CommittedLog {
	/** In bytes. */
	readonly pageSize: number;
	/** The numbers of the pages that are in it. */
	readonly pages: ReadonlySet<number>;
	/** In pages, after the last commit. */
	readonly databaseSize: number;
	/** The headers of the database in the first and in the last version of page 1; `undefined` where that page is not in it. */
	readonly headers: { readonly first: DataView; readonly last: DataView } | undefined;
}

/**
 * Reads a write-ahead log as SQLite's recovery does. Opens and closes the file, which drops locks of this process on it.
 *
 * @returns `undefined` where SQLite takes nothing from it.
 */
export function committedLog(path: string): CommittedLog | undefined {
	const file = openSync(path, "r");
	try {
		const header = piece(file, 0, LOG_HEADER);
		if (header === undefined || !MAGIC.has(header.getUint32(0)) || !isPageSize(header.getUint32(8))) return undefined;
		const bigEndian = header.getUint32(0) === BIG_ENDIAN;
		const sum = checksum(header, 0, 24, [0, 0], bigEndian);
		return isSum(sum, header, 24) ? committedFrames(file, header, sum, bigEndian) : undefined;
	} finally {
		closeSync(file);
	}
}

type Sum = readonly [number, number];

function committedFrames(file: number, log: DataView, start: Sum, bigEndian: boolean): CommittedLog | undefined {
	const pageSize = log.getUint32(8);
	const length = FRAME_HEADER + pageSize;
	const pages = new Set<number>();
	const headers: DataView[] = [];
	let databaseSize = 0;
	let uncommitted: DataView[] = [];
	let sum = start;
	for (let at = LOG_HEADER; ; at += length) {
		const frame = piece(file, at, length);
		if (frame === undefined || frame.getUint32(0) === 0 || !hasSalts(frame, log)) break;
		sum = checksum(frame, 0, 8, sum, bigEndian);
		sum = checksum(frame, FRAME_HEADER, length, sum, bigEndian);
		if (!isSum(sum, frame, 16)) break;
		// Of a page no more is needed than its number and, of the first one, the database's header.
		uncommitted.push(new DataView(frame.buffer.slice(0, FRAME_HEADER + DATABASE_HEADER)));
		const size = frame.getUint32(4);
		if (size === 0) continue;
		databaseSize = size;
		for (const each of uncommitted) {
			pages.add(each.getUint32(0));
			if (each.getUint32(0) === 1) headers.push(new DataView(each.buffer, FRAME_HEADER));
		}
		uncommitted = [];
	}
	if (databaseSize === 0) return undefined;
	const [first, last] = [headers[0], headers.at(-1)];
	return { pageSize, pages, databaseSize, headers: first && last && { first, last } };
}

function isPageSize(size: number): boolean {
	return size >= 512 && size <= 65_536 && (size & (size - 1)) === 0;
}

function hasSalts(frame: DataView, log: DataView): boolean {
	return frame.getUint32(8) === log.getUint32(16) && frame.getUint32(12) === log.getUint32(20);
}

function isSum([one, other]: Sum, view: DataView, at: number): boolean {
	return view.getUint32(at) === one && view.getUint32(at + 4) === other;
}

/** Of the bytes from `from` to `to`, after those of `sum`. See https://sqlite.org/fileformat2.html#checksum_algorithm */
function checksum(view: DataView, from: number, to: number, sum: Sum, bigEndian: boolean): Sum {
	let [one, other] = sum;
	for (let at = from; at < to; at += 8) {
		one = (one + view.getUint32(at, !bigEndian) + other) >>> 0;
		other = (other + view.getUint32(at + 4, !bigEndian) + one) >>> 0;
	}
	return [one, other];
}

function piece(file: number, at: number, length: number): DataView | undefined {
	const bytes = new Uint8Array(length);
	return readSync(file, bytes, 0, length, at) === length ? new DataView(bytes.buffer) : undefined;
}
