import { basename } from "node:path";
import type { Liveness } from "@godwit/sqlite";
import { DatabaseHeldError } from "@godwit/sqlite";
import type { Owner } from "../owners/owner.ts";
import { describeFound } from "./describe-found.ts";
import type { LinkKind } from "./link.ts";
import type { LinkEditor } from "./link-editor.ts";
import { type Found, LONGEST_NAME, makeLink } from "./link-file.ts";
import { assertSameLibrary } from "./same-library.ts";

/** How a lock is taken. A function that returns undefined has found the lock changed: look again. */
export interface LockEntrance {
	/** Takes a lock that nobody holds. @returns `"nothing"` where no link can be made. @throws MigrateError `ERR_DATABASE` */
	takeFree(): "link" | "nothing" | undefined;
	/** Joins a native link, or takes over a link of dead owners. @throws DatabaseHeldError; MigrateError `ERR_DATABASE` */
	takeLink(found: Found & { readonly state: "link" }, join: boolean): "link" | undefined;
	/** The error for whoever meets this lock. */
	heldError(found: Found): DatabaseHeldError;
}

export interface LockEntranceOptions {
	readonly path: string;
	readonly kind: LinkKind;
	readonly links: LinkEditor;
	readonly library: string;
	readonly livenessOf: (owner: Owner) => Liveness;
}

/** The error codes of a place where no link can be made: its file system or the user's rights do not allow it. */
const NO_LINKS: ReadonlySet<string> = new Set([
	"EPERM",
	"EACCES",
	"EROFS",
	"ENOSYS",
	"ENOTSUP",
	"EOPNOTSUPP",
	"ENAMETOOLONG",
	// Windows, on a file system without links.
	"EISDIR",
]);

export function lockEntrance({ path, kind, links, library, livenessOf }: LockEntranceOptions): LockEntrance {
	function heldError(found: Found): DatabaseHeldError {
		const godwit = found.state === "link" && found.link.members.some(({ owner }) => livenessOf(owner) !== "dead");
		const holder = godwit || found.state === "free" ? "godwit" : "other";
		return new DatabaseHeldError(describeFound(path, found, livenessOf), holder);
	}

	return {
		takeFree() {
			try {
				assertRoomForClaims(path);
				return makeLink(path, links.alone()) ? "link" : undefined;
			} catch (error) {
				if (kind === "wasm" || !NO_LINKS.has((error as NodeJS.ErrnoException).code ?? ""))
					throw links.cannotLock(error);
				// Nothing is there, and nobody can make anything: the kernel's locks alone count.
				return "nothing";
			}
		},
		takeLink(found, join) {
			const { link } = found;
			const others = links.others(link);
			assertSameLibrary(path, others, library);
			const alone = !others.some(({ owner }) => livenessOf(owner) === "alive");
			const joins = kind === "native" && link.kind === "native" && (join || alone);
			if (others.length > 0 && !joins) throw heldError(found);
			return links.enter(link, others) ? "link" : undefined;
		},
		heldError,
	};
}

/** A lock that cannot be claimed could never be given back. */
function assertRoomForClaims(path: string): void {
	if (Buffer.byteLength(basename(path)) <= LONGEST_NAME) return;
	throw Object.assign(new Error(`ENAMETOOLONG: ${path} is too long a name for a lock`), { code: "ENAMETOOLONG" });
}
