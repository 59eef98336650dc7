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
	const isGiven = give(file, wanted);
	// After the owner: a new one takes the bits for set-user-ID away.
	chmodSync(file, wanted.mode & (isGiven ? 0o777 : 0o700));
	return isGiven;
}

/**
 * Gives a file the group and the mode of another one, whose owner it cannot be given.
 *
 * Nobody but the two owners is in another class than with that file (owner, group or others), so each may do what its bits say. With
 * another group the bits of others would be for members of that group too, whom its own bits may refuse.
 *
 * @returns False when the system does not let this user do that, as one who is no member of the group. Then the mode stays.
 */
export function takeGroup(file: string, { of }: { readonly of: string }): boolean {
	const { gid, mode } = statSync(of);
	// While the mode is still without the group's bits, which would be another group's.
	if (!give(file, { uid: statSync(file).uid, gid })) return false;
	chmodSync(file, mode & 0o777);
	return true;
}

function give(file: string, { uid, gid }: { readonly uid: number; readonly gid: number }): boolean {
	const made = statSync(file);
	if (made.uid === uid && made.gid === gid) return true;
	try {
		chownSync(file, uid, gid);
		return true;
	} catch (error) {
		if (!REFUSED.has((error as NodeJS.ErrnoException).code)) throw error;
		return false;
	}
}
