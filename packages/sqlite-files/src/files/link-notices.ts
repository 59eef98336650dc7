import type { LockFile } from "../lock-file/lock-file.ts";

type Listener = (notice: string) => void;

/** Tells of each file beside which no link can be made. */
export interface LinkNotices {
	/** Tells of all files whose locks are held now, and from now on of those that `entered` is called for. */
	listen(listener: Listener | undefined): void;
	/** Belongs after the lock of one more file was taken. */
	entered(path: string, lock: LockFile): void;
}

/** @param locks The locks of all files, by path. */
export function linkNotices(locks: ReadonlyMap<string, LockFile>): LinkNotices {
	let tell: Listener | undefined;

	function entered(path: string, lock: LockFile): void {
		if (!lock.withoutLink) return;
		tell?.(
			`no symbolic link can be made beside ${path}, so applications on node-sqlite3-wasm cannot be kept out; stop them while it is migrated`,
		);
	}

	return {
		listen(listener) {
			tell = listener;
			for (const [path, lock] of locks) entered(path, lock);
		},
		entered,
	};
}
