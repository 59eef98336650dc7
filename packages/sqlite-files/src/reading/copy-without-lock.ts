import type { Connector } from "../connections/connector.ts";
import type { Session } from "../connections/session.ts";
import { lockStateOf } from "./lock-state.ts";
import { LOCK_NEEDED, lookBefore } from "./unlocked-read.ts";

export interface UnlockedCopyOptions {
	readonly path: string;
	readonly connector: Connector;
	readonly session: Session;
}

/**
 * Copies a database through a connection that cannot write, so that nothing beside it or in it changes, where that is safe, see
 * `readWithoutLock`.
 *
 * @param copy Reads through the session.
 * @returns `LOCK_NEEDED` when it has to be done under the lock.
 */
export async function copyWithoutLock(
	{ path, connector, session }: UnlockedCopyOptions,
	copy: () => Promise<void>,
): Promise<typeof LOCK_NEEDED | undefined> {
	const { borrowed, library, connectReadOnly } = connector;
	if (borrowed !== undefined || library.locks !== "posix" || connectReadOnly === undefined) return LOCK_NEEDED;
	const isUnchanged = lookBefore(path, () => lockStateOf(path, library), { opens: true });
	if (isUnchanged === undefined) return LOCK_NEEDED;
	try {
		await session.readingLong(copy);
	} catch (error) {
		// There is a journal to be rolled back, which this connection cannot do.
		if (/^SQLITE_(READONLY|CANTOPEN)/.test(session.resultCode(error) ?? "")) return LOCK_NEEDED;
		throw error;
	}
	return isUnchanged() ? undefined : LOCK_NEEDED;
}
