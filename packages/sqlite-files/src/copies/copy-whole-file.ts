import { closeSync, openSync, readSync, statSync, writeSync } from "node:fs";
import { cleanUpAfter, isMigrateError, MigrateError } from "@godwit/core";
import { isDamage, retryWhileBusy } from "@godwit/sqlite";
import type { FileAccess } from "../files/file-access.ts";
import { assertNotLockedHere, closeFile, hasKernelLocks } from "../folder-locks/kernel-lock.ts";
import { isUtf16, utf16Refusal } from "../folder-locks/utf16.ts";
import { isWal } from "../folder-locks/wal.ts";
import type { CopiesOptions } from "./database-copies.ts";
import { assertMagic, assertNothingBeside, damaged, notDatabase } from "./whole-file.ts";

/**
 * Copies a database, as it is in one moment, while programs that write it are kept off or are seen.
 *
 * @param file The real path. It is only read.
 * @param copy An empty file.
 * @throws MigrateError `ERR_DATABASE`; `ERR_BUSY` when a program stayed at work on the file; `ERR_RUNTIME` where it could not be
 *   kept off.
 */
export async function copyWholeFile(options: CopiesOptions, file: string, copy: string): Promise<void> {
	if (options.library.locks === "folder") return copyInFolders(options, file, copy);
	await inside(options, options.accessTo(file, "read"), file, async ({ connection }) => {
		// A file that is no database is not known before it is read.
		connection.query("PRAGMA schema_version");
		await connection.copyTo(copy);
	});
	// SQLite needs these files to read a database in WAL mode, and only a connection that can write takes them away.
	if (statSync(`${file}-wal`, { throwIfNoEntry: false }) === undefined) return;
	await inside(options, options.accessTo(file, "write"), file, ({ connection }) => {
		connection.query("PRAGMA schema_version");
	});
}

/** `VACUUM INTO`, by which such a library copies, makes another file of it. So the bytes are copied, under the kernel's lock. */
async function copyInFolders(options: CopiesOptions, file: string, copy: string): Promise<void> {
	const { library } = options;
	if (!hasKernelLocks()) throw noKernelLocks(file);
	assertNotLockedHere(file);
	assertMagic(file);
	if (isUtf16(file)) throw utf16Refusal(file, library.name);
	if (isWal(file)) {
		const message = `the backup is in WAL mode, which ${library.name} cannot open; restore it with sqlite-native:// or sqlite-node://`;
		throw new MigrateError("ERR_DATABASE", message, {});
	}
	await inside(options, options.accessTo(file, "read"), file, () => {
		assertNothingBeside(file);
		copyBytes(file, copy);
	});
}

/** Runs `work` while others are kept off a file. */
async function inside(
	{ config }: CopiesOptions,
	access: FileAccess,
	file: string,
	work: (access: FileAccess) => void | Promise<void>,
): Promise<void> {
	try {
		await retryWhileBusy(access.connection, config, access.enter);
		await retryWhileBusy(access.connection, config, () => work(access));
	} catch (error) {
		throw await cleanUpAfter(explained(access, file, error), access.close);
	}
	await access.close();
}

function explained({ connection }: FileAccess, file: string, cause: unknown): unknown {
	if (isMigrateError(cause, "ERR_BUSY")) return atWork(file, cause);
	const code = isMigrateError(cause) ? undefined : connection.resultCode(cause);
	if (code === "SQLITE_NOTADB") return notDatabase(file);
	if (code !== undefined && isDamage(connection, cause)) return damaged(file, cause.message);
	return code !== undefined && /^SQLITE_(CANTOPEN|READONLY)/.test(code) ? cannotRead(file, cause) : cause;
}

function atWork(file: string, cause: MigrateError<"ERR_BUSY">): MigrateError<"ERR_BUSY"> {
	const message = `a program is at work on ${file}: ${cause.message}; or make a backup of that database, and restore the backup`;
	return new MigrateError("ERR_BUSY", message, cause.details, { cause });
}

function noKernelLocks(file: string): MigrateError<"ERR_RUNTIME"> {
	const found = `${process.release.name} ${process.version}`;
	const message = `this runtime, ${found}, has no node:sqlite, without which a native program that writes ${file} cannot be kept off while it is copied; restore with Node 22.18 or newer, or with sqlite-native://`;
	return new MigrateError("ERR_RUNTIME", message, { required: "node:sqlite", found });
}

/** In a folder that may not be written, a database in WAL mode cannot be read. */
function cannotRead(file: string, cause: unknown): MigrateError<"ERR_DATABASE"> {
	const message = `SQLite cannot read ${file}: ${(cause as Error).message}; when it may be read, and its folder may not be written, copy it into another folder, and restore the copy`;
	return new MigrateError("ERR_DATABASE", message, {}, { cause });
}

const PIECE = 1 << 20;

/** Closing the file drops the kernel's locks on it, so it is closed when the lock is released. */
function copyBytes(file: string, copy: string): void {
	const to = openSync(copy, "w");
	const from = openSync(file, "r");
	try {
		const piece = new Uint8Array(PIECE);
		for (let length = readSync(from, piece); length > 0; length = readSync(from, piece)) {
			for (let written = 0; written < length; ) written += writeSync(to, piece, written, length - written);
		}
	} finally {
		closeFile(from, file, closeSync);
		closeSync(to);
	}
}
