import { readFileSync, rmSync, writeFileSync } from "node:fs";

/** A file that exists while somebody holds the lock, and says who. */
export interface LockFile {
	/** Takes the lock if it is free. */
	take(): boolean;
	/** Gives the lock back if it is `me` who has it. Returns who had it. */
	release(): string | undefined;
	/** Who has it, or `undefined`. */
	owner(): string | undefined;
}

export function lockFile(path: string, me: string): LockFile {
	function owner(): string | undefined {
		try {
			return readFileSync(path, "utf8") || "a process that did not write its name yet";
		} catch (error) {
			if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
			throw error;
		}
	}
	return {
		take() {
			try {
				// "wx" is O_CREAT | O_EXCL: of all processes that try, one makes the file.
				writeFileSync(path, me, { flag: "wx" });
				return true;
			} catch (error) {
				if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
				throw error;
			}
		},
		release() {
			const holder = owner();
			if (holder === me) rmSync(path);
			return holder;
		},
		owner,
	};
}
