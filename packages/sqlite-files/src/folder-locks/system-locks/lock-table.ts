import { closeSync, fstatSync, openSync, readSync } from "node:fs";

/** The system's table of locks, kept open, since to open it takes longer than to read it. */
export interface KeptTable {
	/** Returns whether the table's first page is as wanted, as the system has it now. False where it cannot be read. */
	shows(wanted: (text: string) => boolean): boolean;
	/** Throws nothing. */
	close(): void;
}

interface OpenTable {
	readonly descriptor: number;
	readonly dev: number;
	readonly ino: number;
}

/** The table is opened when it is first looked at. */
export function keptTable(path: string): KeptTable {
	let table: OpenTable | undefined;

	return {
		shows(wanted) {
			try {
				table ??= openTable(path);
				if (wanted(readPage(table.descriptor, 0))) return true;
			} catch {
				// Whoever asks reads the whole table next, and is told what the system says.
			}
			if (table !== undefined && !isOurs(table)) table = undefined;
			return false;
		},
		close() {
			if (table !== undefined && isOurs(table)) closeSync(table.descriptor);
			table = undefined;
		},
	};
}

function openTable(path: string): OpenTable {
	const descriptor = openSync(path, "r");
	const { dev, ino } = fstatSync(descriptor);
	return { descriptor, dev, ino };
}

/** Returns false when another part of the process has closed the descriptor. Its number may be that of another file by now. */
function isOurs({ descriptor, dev, ino }: OpenTable): boolean {
	try {
		const now = fstatSync(descriptor);
		return now.dev === dev && now.ino === ino;
	} catch {
		return false;
	}
}

/**
 * The system returns the table in pages, and continues by position. When a lock before that position is released
 * meanwhile, a later lock is missing. So the table is read several times, and the results are joined.
 */
export function readTable(table: string): string {
	const text = readPages(table);
	if (text.length < SHORTEST_PAGE) return text;
	return [text, ...Array.from({ length: FURTHER_READINGS }, () => readPages(table))].join("\n");
}

/** `readFileSync` would ask for pieces as short as the runtime likes, as Deno does, and a lock is missed between two. */
function readPages(table: string): string {
	const descriptor = openSync(table, "r");
	try {
		const pages: string[] = [];
		for (let text = readPage(descriptor); text !== ""; text = readPage(descriptor)) pages.push(text);
		return pages.join("");
	} finally {
		closeSync(descriptor);
	}
}

/** @param position 0 starts anew with what the system has now. Default where the last page ended. */
function readPage(descriptor: number, position: 0 | null = null): string {
	page ??= Buffer.alloc(PAGE_SIZE);
	return page.toString("latin1", 0, readSync(descriptor, page, 0, PAGE_SIZE, position));
}

/** In bytes: the largest page of any Linux. */
const PAGE_SIZE = 65_536;

/** Made once, since the table is read before each commit, and to make it takes longer than to read the table. */
let page: Buffer | undefined;

/** Less than a page of 4,096 bytes by one line. */
const SHORTEST_PAGE = 3_900;

/** With 140 locks that came and went as fast as two processes can make them, one reading in 500 lacked a lock. */
const FURTHER_READINGS = 7;
