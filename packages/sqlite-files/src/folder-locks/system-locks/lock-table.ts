import { closeSync, openSync, readSync } from "node:fs";
import { type OwnDescriptor, ownDescriptor } from "../own-descriptor.ts";

/** The system's table of locks, kept open, since to open it takes longer than to read it. */
export interface KeptTable {
	/** Returns whether the table's first page is as wanted, as the system has it now. False where it cannot be read. */
	shows(wanted: (text: string) => boolean): boolean;
	close(): void;
}

/** The table is opened when it is first looked at. */
export function keptTable(path: string): KeptTable {
	let table: OwnDescriptor | undefined;

	return {
		shows(wanted) {
			try {
				table ??= ownDescriptor(openSync(path, "r"));
				if (wanted(readPage(table.number, 0))) return true;
			} catch {
				// Whoever asks reads the whole table next, and is told what the system says.
			}
			if (table?.isOpen() === false) table = undefined;
			return false;
		},
		close() {
			table?.close();
			table = undefined;
		},
	};
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
