import type { Holders, Liveness } from "@godwit/sqlite";
import { hasMember } from "../lock-file/link.ts";
import { lookAt } from "../lock-file/link-file.ts";
import { livenessBeside } from "../lock-file/liveness-beside.ts";
import type { LockFile } from "../lock-file/lock-file.ts";
import type { Holder } from "../owners/holder.ts";
import { describeOwner, formatOwner, parseOwner } from "../owners/owner.ts";

/** Added to the name of a holder that could make no link, and so is not a member of one. */
const WITHOUT_LINK = "~unlinked";

/**
 * The holders of the lock row: threads of this process and of others.
 *
 * The row is taken and freed while the lock beside the file is held. So a living owner that is not a member of the link has
 * ended without freeing its row.
 */
export function fileHolders(holder: Holder, lock: LockFile): Holders {
	const livenessOf = livenessBeside(lock.path);
	const name = formatOwner(holder.owner);
	return {
		get me() {
			return lock.withoutLink ? name + WITHOUT_LINK : name;
		},
		liveness(text): Liveness {
			const owner = parseOwner(text.replace(WITHOUT_LINK, ""));
			if (owner === undefined) return "unknown";
			const liveness = livenessOf(owner);
			if (liveness !== "alive" || text.endsWith(WITHOUT_LINK)) return liveness;
			const found = lookAt(lock.path);
			if (found.state === "foreign") return "alive";
			return found.state === "link" && hasMember(found.link, owner) ? "alive" : "dead";
		},
		describe(text) {
			const owner = parseOwner(text.replace(WITHOUT_LINK, ""));
			// Any program can write the row, and a terminal obeys control characters.
			return owner === undefined
				? text.replace(/\p{Cc}/gu, (character) => JSON.stringify(character).slice(1, -1))
				: describeOwner(owner);
		},
	};
}
