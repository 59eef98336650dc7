import type { Liveness } from "@godwit/sqlite";
import { isLocal } from "../files/local-file-system.ts";
import { ownerLiveness } from "../owners/liveness.ts";
import type { Owner } from "../owners/owner.ts";

/** Returns a function like `ownerLiveness`, for owners that a lock at this path names. */
export function livenessBeside(path: string): (owner: Owner) => Liveness {
	let local: boolean | undefined;
	return (owner) =>
		ownerLiveness(owner, () => {
			local ??= isLocal(path);
			return local;
		});
}
