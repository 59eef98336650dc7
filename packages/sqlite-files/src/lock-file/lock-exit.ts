import { rmdirSync, unlinkSync } from "node:fs";
import type { Link } from "./link.ts";
import type { LinkEditor } from "./link-editor.ts";
import { type Found, lookAt, sameFound } from "./link-file.ts";

/** `"kept"`: the lock has to stay, because `asLast` said so. `"changing"`: another process is changing it; try again. */
export type LeaveOutcome = "left" | "kept" | "changing";

/** What another program has made at the path of a lock. */
export type ForeignLock = Found & { readonly state: "foreign" };

/** Takes this holder out of its link, and removes the link when nobody else is in it. @param asLast As that of `LockFile.leave`. */
export function leaveLink(links: LinkEditor, link: Link, asLast: () => boolean): LeaveOutcome {
	const others = links.others(link);
	if (others.length === 0) {
		const outcome = links.remove(link, asLast);
		if (outcome === false) return "changing";
		return outcome === "removed" ? "left" : "kept";
	}
	asLast();
	return links.leave(link, others) ? "left" : "changing";
}

/** Removes a lock of another program, which a person said is no longer held. @param asLast As that of `LockFile.leave`. */
export function leaveForeign(path: string, lock: ForeignLock, asLast: () => boolean): LeaveOutcome {
	if (!asLast()) return "kept";
	if (sameFound(lookAt(path), lock)) (lock.folder ? rmdirSync : unlinkSync)(path);
	return "left";
}
