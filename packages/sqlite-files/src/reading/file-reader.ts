import { cleanUpAfter } from "@godwit/core";
import { DatabaseHeldError } from "@godwit/sqlite";
import type { Connector } from "../connections/connector.ts";
import type { Session } from "../connections/session.ts";
import { lockStateOf } from "./lock-state.ts";
import { CLOCK_STEP_MS, LOCK_NEEDED, readWithoutLock } from "./unlocked-read.ts";

export interface FileReaderOptions {
	readonly path: string;
	readonly connector: Connector;
	readonly session: Session;
	/** Keeps others off the main database. @throws DatabaseHeldError */
	readonly enter: () => Promise<void>;
	readonly leave: () => Promise<void>;
}

/**
 * Reads a few rows between two runs: without the lock where that is safe, otherwise under the lock.
 *
 * @returns A function that runs such a read, once. It throws DatabaseHeldError.
 */
export function fileReader({
	path,
	connector,
	session,
	enter,
	leave,
}: FileReaderOptions): <T>(work: () => T) => Promise<T> {
	const { library, borrowed, connectReadOnly } = connector;
	/** A read without the lock needs a connection that cannot roll a journal back. */
	const canReadUnlocked = borrowed === undefined ? connectReadOnly !== undefined : library.locks === "folder";

	async function readEntered<T>(work: () => T): Promise<T> {
		await enter();
		let result: T;
		try {
			result = work();
		} catch (error) {
			throw await cleanUpAfter(error, leave);
		}
		await leave();
		return result;
	}

	/** Where another process has the lock because the file was written just now, a second read without it can succeed. */
	async function readUnderLock<T>(work: () => T): Promise<T> {
		try {
			return await readEntered(work);
		} catch (error) {
			if (!(error instanceof DatabaseHeldError)) throw error;
			await new Promise((resolve) => setTimeout(resolve, CLOCK_STEP_MS));
			const result = unlocked(work);
			if (result === LOCK_NEEDED) throw error;
			return result;
		}
	}

	function unlocked<T>(work: () => T): T | typeof LOCK_NEEDED {
		if (!canReadUnlocked) return LOCK_NEEDED;
		try {
			return readWithoutLock(
				path,
				() => lockStateOf(path, library),
				() => session.reading(work),
				{ opens: borrowed === undefined },
			);
		} catch (error) {
			// There is a journal to be rolled back, which this connection cannot do.
			if (/^SQLITE_(READONLY|CANTOPEN)/.test(session.resultCode(error) ?? "")) return LOCK_NEEDED;
			throw error;
		}
	}

	return async (work) => {
		const result = unlocked(work);
		return result === LOCK_NEEDED ? readUnderLock(work) : result;
	};
}
