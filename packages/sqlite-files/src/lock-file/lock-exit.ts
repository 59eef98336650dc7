import { rmdirSync, unlinkSync } from "node:fs";
import { MigrateError } from "@godwit/core";
import type { ForeignLock, Hold } from "./hold.ts";
import type { Link } from "./link.ts";
import type { LinkEditor } from "./link-editor.ts";
import { lookAt, sameFound } from "./link-file.ts";

/** `"kept"`: the lock has to stay, because `asLast` said so. `"changing"`: another process is changing it; try again. */
export type LeaveOutcome = "left" | "kept" | "changing";

export interface LockExit {
	/** Of the lock. */
	readonly path: string;
	readonly links: LinkEditor;
	/** Returns the link that this holder is in. @throws MigrateError `ERR_LOCK_LOST` */
	readonly own: () => Link;
}

/** Gives a lock back, however it is held. @param asLast As that of `LockFile.leave`. */
export function leaveLock({ path, links, own }: LockExit, hold: Hold, asLast: () => boolean): LeaveOutcome {
	if (hold === "link") return leaveLink(links, own(), asLast);
	if (hold !== "nothing") return leaveForeign(path, hold, asLast);
	asLast();
	return "left";
}

/** Takes this holder out of its link, and removes the link when nobody else is in it. */
function leaveLink(links: LinkEditor, link: Link, asLast: () => boolean): LeaveOutcome {
	const others = links.others(link);
	if (others.length === 0) {
		const outcome = links.remove(link, asLast);
		if (outcome === false) return "changing";
		return outcome === "removed" ? "left" : "kept";
	}
	asLast();
	return links.leave(link, others) ? "left" : "changing";
}

/** Removes a lock of another program, which a person said is no longer held. */
function leaveForeign(path: string, lock: ForeignLock, asLast: () => boolean): LeaveOutcome {
	if (!asLast()) return "kept";
	if (sameFound(lookAt(path), lock)) removeForeign(path, lock);
	return "left";
}

function removeForeign(path: string, { folder }: ForeignLock): void {
	try {
		(folder ? rmdirSync : unlinkSync)(path);
	} catch (cause) {
		if (!FILLED.has((cause as NodeJS.ErrnoException).code ?? "")) throw cause;
		const message = `${path} is a folder with files in it, so it is not the lock of a SQLite library; look at what it holds, and move it away by hand`;
		throw new MigrateError("ERR_DATABASE", message, {}, { cause });
	}
}

/** The error codes for a folder that is not empty. */
const FILLED: ReadonlySet<string> = new Set(["ENOTEMPTY", "EEXIST"]);
