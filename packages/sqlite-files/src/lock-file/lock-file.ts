import { rmdirSync, unlinkSync } from "node:fs";
import { basename } from "node:path";
import { isMigrateError } from "@godwit/core";
import { DatabaseHeldError } from "@godwit/sqlite";
import type { Holder } from "../owners/holder.ts";
import { describeFound } from "./describe-found.ts";
import type { Link, LinkKind } from "./link.ts";
import { linkEditor } from "./link-editor.ts";
import { type Found, lookAt, makeLink, removeLeftClaims, sameFound } from "./link-file.ts";
import { livenessBeside } from "./liveness-beside.ts";
import { assertSameLibrary } from "./same-library.ts";

/**
 * The lock beside one database file, `<file>.lock`, as one holder sees it.
 *
 * The rules, and why each is needed, are in docs/decisions/0009-database-files.md; test/model explores them.
 */
export interface LockFile {
	readonly path: string;
	readonly entered: boolean;
	/** Tells that no link can be made here, so that libraries which lock with a folder are not kept out. */
	readonly unlinked: boolean;
	/**
	 * Enters. Tries once.
	 *
	 * @param join Also beside a living native holder, for a few statements that the kernel's locks keep apart. Default false.
	 * @throws DatabaseHeldError; MigrateError `ERR_DATABASE` where the lock cannot be made.
	 */
	enter(join?: boolean): void;
	/**
	 * Enters over what a person says is left. A folder stays as the cover, and goes when this lock is left.
	 *
	 * @returns false when it is not there any more as it was seen.
	 */
	takeOver(seen: Found): boolean;
	/**
	 * Leaves. Tries once.
	 *
	 * @param asLast Called before the lock goes for good; false keeps it, because a journal has to stay covered.
	 * @returns false when somebody else is changing the lock.
	 * @throws MigrateError `ERR_LOCK_LOST` when it was removed by hand; the file system's own error. Nothing is removed then.
	 */
	leave(asLast: () => boolean): boolean;
	/** @throws MigrateError `ERR_LOCK_LOST` when the lock was removed by hand. */
	assertEntered(): void;
	/** Notes an attached file, so that whoever takes this lock over rolls its journal back. @returns false: try again. */
	note(file: string): boolean;
	/** Files noted by those who died; they are this holder's to roll back. */
	readonly noted: readonly string[];
}

export interface LockFileOptions {
	readonly databasePath: string;
	readonly kind: LinkKind;
	readonly holder: Holder;
	/** The SQLite library that works on the file, for messages. */
	readonly library: string;
	readonly leaseMs: number;
}

/** What a file system or a user's rights say where no link can be made. */
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

/** Under contention a lock can have changed each time one looks; the caller's own retries then go on. */
const ATTEMPTS = 8;

/** A claim is named after the lock and a link's id of up to 45 bytes, and file systems take names of 255 bytes. */
const LONGEST_NAME = 255 - ".break-".length - 45;

/** A lock that cannot be claimed could never be left. */
function assertRoomForClaims(path: string): void {
	if (Buffer.byteLength(basename(path)) <= LONGEST_NAME) return;
	throw Object.assign(new Error(`ENAMETOOLONG: ${path} is too long a name for a lock`), { code: "ENAMETOOLONG" });
}

/**
 * How a lock is held: by a link; by nothing, where no link can be made; or under the folder of another program that is
 * ours by a person's word.
 */
type Hold = "link" | "nothing" | Foreign;
type Foreign = Found & { readonly state: "foreign" };

export function lockFile({ databasePath, kind, holder, library, leaseMs }: LockFileOptions): LockFile {
	const path = `${databasePath}.lock`;
	const livenessOf = livenessBeside(path);
	const links = linkEditor({ databasePath, path, kind, me: holder.owner, library, leaseMs, livenessOf });
	let hold: Hold | undefined;
	let noted: readonly string[] = [];

	function held(found: Found): DatabaseHeldError {
		const godwit = found.state === "link" && found.link.members.some(({ owner }) => livenessOf(owner) !== "dead");
		const kindOfHolder = godwit || found.state === "free" ? "godwit" : "other";
		return new DatabaseHeldError(describeFound(path, found, livenessOf), kindOfHolder);
	}

	/** @returns undefined when it has changed hands: look again. */
	function enterFree(): Hold | undefined {
		noted = [];
		try {
			assertRoomForClaims(path);
			return makeLink(path, links.alone()) ? "link" : undefined;
		} catch (error) {
			if (kind === "wasm" || !NO_LINKS.has((error as NodeJS.ErrnoException).code ?? "")) throw links.cannotLock(error);
			// Nothing is there, and nobody can make anything: the kernel's locks alone count.
			return "nothing";
		}
	}

	/** Joins a native link, or takes over what dead owners left. @returns undefined when it has changed hands: look again. */
	function enterLink(found: Found & { readonly state: "link" }, join: boolean): Hold | undefined {
		const { link } = found;
		const others = links.others(link);
		assertSameLibrary(path, others, library);
		const alone = !others.some(({ owner }) => livenessOf(owner) === "alive");
		const joins = kind === "native" && link.kind === "native" && (join || alone);
		if (others.length > 0 && !joins) throw held(found);
		if (!links.enter(link, others)) return undefined;
		noted = link.files;
		removeLeftClaims(path, livenessOf);
		return "link";
	}

	function leaveCover(cover: Foreign, asLast: () => boolean): void {
		if (!asLast()) return;
		if (sameFound(lookAt(path), cover)) (cover.folder ? rmdirSync : unlinkSync)(path);
		hold = undefined;
	}

	function leaveLink(asLast: () => boolean): boolean {
		const link = ownOrOut();
		const others = links.others(link);
		if (others.length === 0) {
			const outcome = links.remove(link, asLast);
			if (outcome === "removed") hold = undefined;
			return outcome !== false;
		}
		asLast();
		if (!links.leave(link, others)) return false;
		hold = undefined;
		return true;
	}

	/** Who leaves is out also when the lock was lost, and not when nobody can tell: it is left with the next try. */
	function ownOrOut(): Link {
		try {
			return links.own();
		} catch (error) {
			if (isMigrateError(error, "ERR_LOCK_LOST")) hold = undefined;
			throw error;
		}
	}

	return {
		path,
		get entered() {
			return hold !== undefined;
		},
		get unlinked() {
			return hold === "nothing";
		},
		get noted() {
			return noted;
		},
		enter(join = false) {
			for (let attempt = 0; attempt < ATTEMPTS && hold === undefined; attempt++) {
				const found = lookAt(path);
				if (found.state === "foreign") throw held(found);
				hold = found.state === "free" ? enterFree() : enterLink(found, join);
			}
			if (hold === undefined) throw held({ state: "free" });
		},
		takeOver(seen) {
			const found = lookAt(path);
			if (!sameFound(found, seen)) return false;
			if (found.state === "foreign") hold = found;
			if (found.state === "link" && links.enter(found.link, [])) {
				hold = "link";
				noted = found.link.files;
			}
			return hold !== undefined;
		},
		leave(asLast) {
			if (hold === "link") return leaveLink(asLast);
			if (hold === "nothing") {
				asLast();
				hold = undefined;
			} else if (hold !== undefined) leaveCover(hold, asLast);
			return true;
		},
		assertEntered() {
			if (hold !== "link") return;
			try {
				links.own();
			} catch (error) {
				throw isMigrateError(error) ? error : links.cannotLock(error);
			}
		},
		note(file) {
			if (hold !== "link") return true;
			const link = links.own();
			return link.files.includes(file) || links.note(link, file);
		},
	};
}
