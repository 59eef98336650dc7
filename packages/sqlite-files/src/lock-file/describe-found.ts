import type { Liveness } from "@godwit/sqlite";
import { describeOwner, type Owner } from "../owners/owner.ts";
import type { Found } from "./link-file.ts";

/** Returns the owner of a lock as a message, with what to do when the owner is gone. */
export function describeFound(path: string, found: Found, livenessOf: (owner: Owner) => Liveness): string {
	switch (found.state) {
		case "free":
			return `${path} is just changing hands`;
		case "link": {
			const members = found.link.members.map(({ owner }) => owner);
			const living = members.filter((member) => livenessOf(member) !== "dead");
			const named = (living.length > 0 ? living : members).map(describeOwner).join(", ");
			if (!living.some((member) => livenessOf(member) === "unknown")) return `${path} is held by ${named || "nobody"}`;
			return `${path} is held by ${named}, which cannot be checked from here; if it is gone, clear the lock with "godwit unlock"`;
		}
		case "foreign": {
			const age = Math.max(0, Math.round((Date.now() - Number(found.mtimeNs / 1_000_000n)) / 1000));
			return `${path} was made ${age} s ago by a program that is not godwit, such as an application on node-sqlite3-wasm; if none is running, clear it with "godwit unlock"`;
		}
	}
}
