import type { Holders, Liveness } from "@godwit/sqlite";
import { hasMember } from "../lock-file/link.ts";
import { lookAt } from "../lock-file/link-file.ts";
import { livenessBeside } from "../lock-file/liveness-beside.ts";
import type { LockFile } from "../lock-file/lock-file.ts";
import type { Holder } from "../owners/holder.ts";
import { describeOwner, formatOwner, parseOwner } from "../owners/owner.ts";

/** Behind the name of a holder that could make no link, and so is no member of one. */
const UNLINKED = "~unlinked";

/**
 * Holders of the lock row as other processes, threads and this one can be seen.
 *
 * A row is taken under the lock beside the file and freed before that one goes, so an owner that lives and is no member
 * of the link has ended without having freed its row.
 */
export function fileHolders(holder: Holder, lock: LockFile): Holders {
	const livenessOf = livenessBeside(lock.path);
	return {
		get me() {
			return `${formatOwner(holder.owner)}${lock.unlinked ? UNLINKED : ""}`;
		},
		liveness(text): Liveness {
			const owner = parseOwner(text.replace(UNLINKED, ""));
			if (owner === undefined) return "unknown";
			const liveness = livenessOf(owner);
			if (liveness !== "alive" || text.endsWith(UNLINKED)) return liveness;
			const found = lookAt(lock.path);
			if (found.state === "foreign") return "alive";
			return found.state === "link" && hasMember(found.link, owner) ? "alive" : "dead";
		},
		describe(text) {
			const owner = parseOwner(text.replace(UNLINKED, ""));
			// Anybody can write the row, and a terminal obeys control characters.
			return owner === undefined
				? text.replace(/\p{Cc}/gu, (character) => JSON.stringify(character).slice(1, -1))
				: describeOwner(owner);
		},
	};
}
