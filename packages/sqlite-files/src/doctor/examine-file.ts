import { existsSync, statSync } from "node:fs";
import type { Diagnosis } from "@godwit/core";
import { headerOf } from "../folder-locks/header.ts";
import { systemLocks } from "../folder-locks/system-locks/system-locks.ts";
import { leftWal } from "./left-wal.ts";

const HEADER_LENGTH = 100;

/**
 * Looks at a database file and its write-ahead log. To close a file drops the locks that this process has on it, so nothing is
 * read where this process has one, or where the system does not show that.
 *
 * @param path The real path of the database.
 */
export function examineFile(path: string): readonly Diagnosis[] {
	if (!existsSync(path)) {
		const message = `there is no database at ${path}; look at the path, or let up make it`;
		return [{ kind: "not-examined", level: "warning", message }];
	}
	const locks = systemLocks(path);
	const wal = `${path}-wal`;
	const holders = [...locks.holders(), ...systemLocks(`${path}-shm`).holders()];
	if (!locks.shown || holders.includes(process.pid)) return [];
	const header = firstBytes(path, HEADER_LENGTH);
	if (header === undefined) return [];
	const walSize = statSync(wal, { throwIfNoEntry: false })?.size ?? 0;
	// When somebody has the database open, the log may be at work.
	const isLeft = walSize > 0 && holders.length === 0;
	const left = isLeft ? [leftWal(wal, { header, size: statSync(path).size })] : [];
	return [...left, writtenBy(header, walSize > 0)];
}

function firstBytes(path: string, length: number): DataView | undefined {
	const header = headerOf(path, length);
	return header && new DataView(header.buffer);
}

/** See https://sqlite.org/fileformat2.html#write_library_version_number_and_version_valid_for_number */
function writtenBy(header: DataView, hasWal: boolean): Diagnosis {
	const number = header.getUint32(96);
	const version = `${Math.floor(number / 1_000_000)}.${Math.floor(number / 1_000) % 1_000}.${number % 1_000}`;
	const since = hasWal ? ", before what is in the -wal file" : "";
	return { kind: "written-by", level: "note", message: `SQLite ${version} was the last to write the database${since}` };
}
