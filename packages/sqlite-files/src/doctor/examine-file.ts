import { existsSync, statSync } from "node:fs";
import type { Diagnosis } from "@godwit/core";
import { headerOf } from "../folder-locks/header.ts";
import { systemLocks } from "../folder-locks/system-locks.ts";

const HEADER_LENGTH = 100;

/** Both byte orders, see https://sqlite.org/fileformat2.html#walformat */
const WAL_MAGIC: ReadonlySet<number> = new Set([0x377f0682, 0x377f0683]);

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
	const left = walSize > 0 && holders.length === 0 ? [leftWal(wal, header)] : [];
	return [...left, writtenBy(header, walSize > 0)];
}

function firstBytes(path: string, length: number): DataView | undefined {
	const header = headerOf(path, length);
	return header && new DataView(header.buffer);
}

/** Nobody has the database open, so nobody is at work on the log. */
function leftWal(wal: string, header: DataView): Diagnosis {
	const log = firstBytes(wal, 32);
	const mode = header.getUint8(18);
	const page = header.getUint16(16) === 1 ? 65_536 : header.getUint16(16);
	const fits = log !== undefined && WAL_MAGIC.has(log.getUint32(0)) && log.getUint32(8) === page;
	if (mode === 2 && fits) {
		const message = `${wal} was left by a program that ended without closing the database; what is in it belongs to the database. Copy or move both files together; the next program that opens and closes the database brings it in`;
		return { kind: "stale-wal", level: "warning", message };
	}
	const why = mode === 2 ? "it was not written for this file" : "the database is not in WAL mode";
	const message = `${wal} is of another database, or of another state of this one: ${why}. SQLite takes what is in it for the newest commits: move it away before any program writes, and compare`;
	return { kind: "stale-wal", level: "error", message };
}

/** See https://sqlite.org/fileformat2.html#write_library_version_number_and_version_valid_for_number */
function writtenBy(header: DataView, hasWal: boolean): Diagnosis {
	const number = header.getUint32(96);
	const version = `${Math.floor(number / 1_000_000)}.${Math.floor(number / 1_000) % 1_000}.${number % 1_000}`;
	const since = hasWal ? ", before what is in the -wal file" : "";
	return { kind: "written-by", level: "note", message: `SQLite ${version} was the last to write the database${since}` };
}
