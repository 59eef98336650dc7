import { readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { createTrace } from "@godwit/core";
import type { Liveness } from "@godwit/sqlite";
import type { Owner } from "../owners/owner.ts";
import { optional } from "../owners/system-threads.ts";
import { claimOn, readLink, removeLink } from "./link-file.ts";

const trace = createTrace("godwit:sqlite");

/** As `removeLeftClaims`. It keeps nobody out, so what cannot be read or removed is no failure of a run. */
export function removeLeft(path: string, livenessOf: (owner: Owner) => Liveness): void {
	try {
		removeLeftClaims(path, livenessOf);
	} catch (error) {
		trace("what a killed process may have left beside %s stays: %s", path, error);
	}
}

/** What a claim's name, or that of `olderThan`, adds to the name of the lock. */
const BESIDE = /^\.(break\d*|now)-/;

/** Removes claims on links that no longer exist. A process leaves one when it is killed while it takes or gives back the lock. */
export function removeLeftClaims(path: string, livenessOf: (owner: Owner) => Liveness): void {
	const lock = basename(path);
	const now = readLink(path);
	const current = now && basename(claimOn(path, now));
	// SQLite works in a folder that may not be listed, so this is no error.
	for (const name of optional(() => readdirSync(dirname(path))) ?? []) {
		if (!name.startsWith(lock) || !BESIDE.test(name.slice(lock.length)) || name === current) continue;
		const claim = join(dirname(path), name);
		const link = readLink(claim);
		// A claim of another user may not be removable.
		if (link !== undefined && livenessOf(link.maker) === "dead") optional(() => removeLink(claim, link));
	}
}
