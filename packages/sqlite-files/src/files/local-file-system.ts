import { statfsSync } from "node:fs";
import { dirname } from "node:path";

/** Types of file systems that only one machine mounts at a time, see statfs(2). Not overlayfs, which can lie over any other. */
const LOCAL: ReadonlySet<number> = new Set([
	0xef53 /* ext2, ext3, ext4 */, 0x58465342 /* xfs */, 0x9123683e /* btrfs */, 0xf2f52010 /* f2fs */,
	0x01021994 /* tmpfs */,
]);

/**
 * Returns whether a file lies on a file system that no other machine has mounted at the same time.
 *
 * Other machines can use it all the same when this one exports it, over NFS, SMB, virtiofs or 9p. The system shows that to nobody here:
 * an export is the business of a server, which may run in user space.
 */
export function isLocal(path: string): boolean {
	try {
		return process.platform === "linux" && LOCAL.has(statfsSync(dirname(path)).type);
	} catch {
		return false;
	}
}
