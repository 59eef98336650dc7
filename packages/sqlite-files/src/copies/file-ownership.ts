import { chmodSync, chownSync, statSync } from "node:fs";

/** Errors of a system that does not let this user give a file to another one; EINVAL for one that a user namespace does not have. */
const REFUSED: ReadonlySet<unknown> = new Set(["EPERM", "EACCES", "EINVAL", "ENOSYS", "ENOTSUP"]);

/**
 * Gives a file the owner, the group and the mode of another one.
 *
 * @returns False when the system does not let this user do that. Then its owner alone may read the file.
 */
export function takeOwnership(file: string, { of }: { readonly of: string }): boolean {
	const wanted = statSync(of);
	const made = statSync(file);
	if (made.uid !== wanted.uid || made.gid !== wanted.gid) {
		try {
			chownSync(file, wanted.uid, wanted.gid);
		} catch (error) {
			if (!REFUSED.has((error as NodeJS.ErrnoException).code)) throw error;
			chmodSync(file, wanted.mode & 0o700);
			return false;
		}
	}
	// After the owner: a new one takes the bits for set-user-ID away.
	chmodSync(file, wanted.mode & 0o777);
	return true;
}
