import { cleanUpAfter } from "@godwit/core";
import { DatabaseHeldError } from "@godwit/sqlite";
import { CLOCK_STEP_MS, NOT_QUIET, readQuietly } from "./quiet-read.ts";
import type { Connector, Session } from "./session.ts";
import { surroundingsOf } from "./surroundings.ts";

export interface FileReaderOptions {
	readonly path: string;
	readonly connector: Connector;
	readonly session: Session;
	/** Keeps others off the main database. @throws DatabaseHeldError */
	readonly enter: () => Promise<void>;
	readonly leave: () => Promise<void>;
}

/**
 * Reads a few rows while nothing is held: without a lock where that can be believed, else under it.
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
	const { library, lent, connectReadOnly } = connector;
	/** A library without a connection that cannot roll back, or a connection that is the caller's, has to enter. */
	const canBeQuiet = lent === undefined ? connectReadOnly !== undefined : library.locks === "folder";

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

	/** Beside somebody who is at work a write just now is waited out: the next read tells it from a later one. */
	async function readInstead<T>(work: () => T): Promise<T> {
		try {
			return await readEntered(work);
		} catch (error) {
			if (!(error instanceof DatabaseHeldError)) throw error;
			await new Promise((resolve) => setTimeout(resolve, CLOCK_STEP_MS));
			const result = quietly(work);
			if (result === NOT_QUIET) throw error;
			return result;
		}
	}

	function quietly<T>(work: () => T): T | typeof NOT_QUIET {
		if (!canBeQuiet) return NOT_QUIET;
		try {
			return readQuietly(
				path,
				() => surroundingsOf(path, library),
				() => session.reading(work),
				{ opens: lent === undefined },
			);
		} catch (error) {
			// A journal to be rolled back, which this connection cannot.
			if (/^SQLITE_(READONLY|CANTOPEN)/.test(session.resultCode(error) ?? "")) return NOT_QUIET;
			throw error;
		}
	}

	return async (work) => {
		const result = quietly(work);
		return result === NOT_QUIET ? readInstead(work) : result;
	};
}
