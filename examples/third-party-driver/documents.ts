import { randomUUID } from "node:crypto";
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import {
	type HistoryEvent,
	MigrateError,
	NIL_VERSION,
	type RecordedEvent,
	toVersion,
	type VersionState,
} from "@godwit/core";

/** Documents by collection and key. */
export type Collections = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** All that the file holds. */
export interface Documents extends VersionState {
	readonly collections: Collections;
	/** On the version, from whoever wrote it with events. */
	readonly stamp: string | undefined;
	readonly events: readonly StoredEvent[];
}

export type StoredEvent = HistoryEvent & RecordedEvent;

const EMPTY: Documents = { version: NIL_VERSION, dirty: false, collections: {}, stamp: undefined, events: [] };

/** Reads the store; a missing file is an empty one. */
export function readDocuments(path: string): Documents {
	let text: string;
	try {
		text = readFileSync(path, "utf8");
	} catch (cause) {
		if ((cause as NodeJS.ErrnoException).code === "ENOENT") return EMPTY;
		throw databaseError(`cannot read ${path}: ${(cause as Error).message}`, cause);
	}
	try {
		const { version, dirty, collections, stamp, events = [] } = JSON.parse(text);
		if (typeof version !== "string" || typeof dirty !== "boolean" || typeof collections !== "object") {
			throw new TypeError("a document store has version, dirty and collections");
		}
		return { version: toVersion(BigInt(version)), dirty, collections, stamp, events: events.map(withVersions) };
	} catch (cause) {
		throw databaseError(`${path} is not a document store: ${(cause as Error).message}`, cause);
	}
}

/** Replaces the file by a new one, durably: whoever reads sees the old one or the new one, and so does a crash. */
export function writeDocuments(path: string, documents: Documents): void {
	// JSON has no integers beyond 2^53 that everybody reads alike, so versions are strings.
	const text = JSON.stringify(documents, (_, value) => (typeof value === "bigint" ? String(value) : value), "\t");
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

function withVersions(
	event: Omit<StoredEvent, "version" | "target"> & Record<"version" | "target", string>,
): StoredEvent {
	return { ...event, version: toVersion(BigInt(event.version)), target: toVersion(BigInt(event.target)) };
}

function databaseError(message: string, cause: unknown): MigrateError<"ERR_DATABASE"> {
	return new MigrateError("ERR_DATABASE", message, {}, { cause });
}
