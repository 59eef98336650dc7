import { randomUUID } from "node:crypto";
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { MigrateError, NIL_VERSION, toVersion, type VersionState } from "@godwit/core";

/** Documents by collection and key. */
export type Collections = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** All that the file holds. */
export interface Documents extends VersionState {
	readonly collections: Collections;
}

/** Reads the store; a missing file is an empty one. */
export function readDocuments(path: string): Documents {
	let text: string;
	try {
		text = readFileSync(path, "utf8");
	} catch (cause) {
		if ((cause as NodeJS.ErrnoException).code === "ENOENT")
			return { version: NIL_VERSION, dirty: false, collections: {} };
		throw databaseError(`cannot read ${path}: ${(cause as Error).message}`, cause);
	}
	try {
		const { version, dirty, collections } = JSON.parse(text);
		if (typeof version !== "string" || typeof dirty !== "boolean" || typeof collections !== "object") {
			throw new TypeError("a document store has version, dirty and collections");
		}
		return { version: toVersion(BigInt(version)), dirty, collections };
	} catch (cause) {
		throw databaseError(`${path} is not a document store: ${(cause as Error).message}`, cause);
	}
}

/** Replaces the file by a new one, durably: whoever reads sees the old one or the new one, and so does a crash. */
export function writeDocuments(path: string, { version, dirty, collections }: Documents): void {
	// JSON has no integers beyond 2^53 that everybody reads alike, so the version is a string.
	const text = JSON.stringify({ version: String(version), dirty, collections }, undefined, "\t");
	const temporary = `${path}.${randomUUID()}.tmp`;
	try {
		const file = openSync(temporary, "wx");
		try {
			writeFileSync(file, text);
			fsyncSync(file);
		} finally {
			closeSync(file);
		}
		renameSync(temporary, path);
	} catch (cause) {
		rmSync(temporary, { force: true });
		throw databaseError(`cannot write ${path}: ${(cause as Error).message}`, cause);
	}
}

function databaseError(message: string, cause: unknown): MigrateError<"ERR_DATABASE"> {
	return new MigrateError("ERR_DATABASE", message, {}, { cause });
}
