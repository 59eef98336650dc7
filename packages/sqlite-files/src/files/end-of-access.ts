import { createTrace, isMigrateError, MigrateError } from "@godwit/core";
import type { Session } from "../connections/session.ts";
import type { Holder } from "../owners/holder.ts";
import type { DatabaseEntry } from "./database-entry.ts";

const trace = createTrace("godwit:sqlite");

/** The end of an access to a database file, after which nobody enters. */
export interface EndOfAccess {
	/** @throws MigrateError `ERR_CLOSED` after `close`. */
	assertOpen(): void;
	/** Gives back all that the access still has, once; later calls do nothing. @throws MigrateError */
	close(): Promise<void>;
}

export interface EndOfAccessOptions {
	readonly path: string;
	readonly entry: DatabaseEntry;
	readonly holder: Holder;
	readonly session: Session;
	/** Optional: forgets the connection of the caller's. */
	readonly forgetBorrowed: (() => void) | undefined;
}

export function endOfAccess({ path, entry, holder, session, forgetBorrowed }: EndOfAccessOptions): EndOfAccess {
	let closed = false;
	return {
		assertOpen() {
			if (closed) throw new MigrateError("ERR_CLOSED", `the access to ${path} is closed`, undefined);
		},
		async close() {
			if (closed) return;
			closed = true;
			const failedBefore = entry.releaseFailed;
			try {
				await entry.leave();
			} catch (error) {
				// Nobody took the lock away: the failed attempt has removed the link already.
				if (!failedBefore || !isMigrateError(error, "ERR_LOCK_LOST")) throw error;
				trace("the lock of %s was given back in part: %s", path, error);
			} finally {
				// Whatever could not be given back belongs to a dead holder from now on.
				holder.end();
				forgetBorrowed?.();
				session.close();
			}
		},
	};
}
