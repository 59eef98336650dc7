import { rmdirSync, unlinkSync } from "node:fs";
import { basename } from "node:path";
import { isMigrateError, MigrateError } from "@godwit/core";
import { DatabaseHeldError } from "@godwit/sqlite";
import { type Holder, newLinkId } from "../owners/holder.ts";
import { sameOwner } from "../owners/owner.ts";
import { describeFound } from "./describe-found.ts";
import { hasMember, type Link, type LinkKind, type Member } from "./link.ts";
import {
	type ClaimOptions,
	claimLink,
	type Found,
	lookAt,
	makeLink,
	newLink,
	readLink,
	removeLeftClaims,
	removeLink,
	renameLink,
	sameFound,
} from "./link-file.ts";
import { livenessBeside } from "./liveness-beside.ts";
import { assertSameLibrary, libraryMark } from "./same-library.ts";

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

function nowInSeconds(): number {
	return Math.floor(Date.now() / 1_000);
}

export function lockFile({ databasePath, kind, holder, library, leaseMs }: LockFileOptions): LockFile {
	const path = `${databasePath}.lock`;
	const me = holder.owner;
	let entered = false;
	let unlinked = false;
	let noted: readonly string[] = [];
	/** The folder of another program that is ours by a person's word. */
	let cover: (Found & { readonly state: "foreign" }) | undefined;
	const livenessOf = livenessBeside(path);
	const claimOptions: ClaimOptions = { livenessOf, leaseMs: kind === "native" ? leaseMs : undefined };

	function held(found: Found): DatabaseHeldError {
		const godwit = found.state === "link" && found.link.members.some(({ owner }) => livenessOf(owner) !== "dead");
		return new DatabaseHeldError(
			describeFound(path, found, livenessOf),
			godwit || found.state === "free" ? "godwit" : "other",
		);
	}

	function member(): Member {
		return { owner: me, since: nowInSeconds(), library: libraryMark(library) };
	}

	/** Members that may still rely on a link. */
	function othersIn({ members }: Link): readonly Member[] {
		return members.filter(({ owner }) => !sameOwner(owner, me) && livenessOf(owner) !== "dead");
	}

	/** @returns false when it has changed hands: look again. */
	function enterFree(): boolean {
		noted = [];
		try {
			assertRoomForClaims(path);
			return makeLink(path, newLink(kind, me, [member()], []));
		} catch (error) {
			if (kind === "wasm" || !NO_LINKS.has((error as NodeJS.ErrnoException).code ?? "")) throw cannotLock(error);
			// Nothing is there, and nobody can make anything: the kernel's locks alone count.
			unlinked = true;
			return true;
		}
	}

	/** Joins a native link, or takes over what dead owners left. @returns false when it has changed hands: look again. */
	function enterLink(found: Found & { readonly state: "link" }, join: boolean): boolean {
		const { link } = found;
		const others = othersIn(link);
		assertSameLibrary(path, others, library);
		const alone = !others.some(({ owner }) => livenessOf(owner) === "alive");
		const joins = kind === "native" && link.kind === "native" && (join || alone);
		if (others.length > 0 && !joins) throw held(found);
		const next = newLink(kind, me, [member(), ...others], link.files);
		if (!replace(link, next)) return false;
		noted = link.files;
		removeLeftClaims(path, livenessOf);
		return true;
	}

	function isLapsed({ owner, since }: Member): boolean {
		return livenessOf(owner) === "unknown" && (nowInSeconds() - since) * 1_000 > leaseMs;
	}

	function replace(link: Link, next: Link): boolean {
		try {
			const claim = claimLink(path, link, next, claimOptions);
			return claim !== undefined && (renameLink(claim, path, next) || hasBecome(next));
		} catch (error) {
			if ((error as NodeJS.ErrnoException).code !== "ENAMETOOLONG" || next.members.length < 2) throw cannotLock(error);
			// No room for another member: those who left without a word, of places that cannot be seen, make it.
			const members = next.members.filter((one) => !isLapsed(one));
			if (members.length < next.members.length) return replace(link, { ...next, id: newLinkId(me), members });
			return false;
		}
	}

	/** Others may have changed the link once more by now; they keep its members and files. */
	function hasBecome({ members, files }: Pick<Link, "members" | "files">): boolean {
		const now = readLink(path);
		const isMember = now !== undefined && hasMember(now, me);
		if (!members.some(({ owner }) => sameOwner(owner, me))) return !isMember;
		return isMember && files.every((file) => now.files.includes(file));
	}

	function cannotLock(cause: unknown): MigrateError<"ERR_DATABASE"> {
		const reason = cause instanceof Error ? cause.message : String(cause);
		const advice = "check the permissions of its folder";
		const links =
			kind === "wasm" ? ", and whether it can hold symbolic links, without which sqlite-native:// alone works" : "";
		const message = `${databasePath} cannot be locked: ${reason}; ${advice}${links}`;
		return new MigrateError("ERR_DATABASE", message, {}, { cause });
	}

	function ownLink(): Link {
		const found = lookAt(path);
		if (found.state === "link" && hasMember(found.link, me)) return found.link;
		const owner = found.state === "free" ? "nobody" : describeFound(path, found, livenessOf);
		const message = `the lock ${path} was taken away from this process; now: ${owner}`;
		throw new MigrateError("ERR_LOCK_LOST", message, { owner });
	}

	function leaveAsLast(link: Link, asLast: () => boolean): boolean {
		// A wasm link that is ours changes for nobody but us.
		const next = newLink(kind, me, [], []);
		const claim = kind === "wasm" ? undefined : claimLink(path, link, next, claimOptions);
		if (kind === "native" && claim === undefined) return false;
		try {
			if (asLast()) {
				removeLink(path, link);
				entered = false;
			}
		} finally {
			if (claim !== undefined) removeLink(claim, next);
		}
		return true;
	}

	return {
		path,
		get entered() {
			return entered;
		},
		get unlinked() {
			return unlinked;
		},
		get noted() {
			return noted;
		},
		enter(join = false) {
			if (entered) return;
			unlinked = false;
			for (let attempt = 0; attempt < ATTEMPTS && !entered; attempt++) {
				const found = lookAt(path);
				if (found.state === "foreign") throw held(found);
				entered = found.state === "free" ? enterFree() : enterLink(found, join);
			}
			if (!entered) throw held({ state: "free" });
		},
		takeOver(seen) {
			const found = lookAt(path);
			if (!sameFound(found, seen)) return false;
			if (found.state === "foreign") cover = found;
			if (found.state === "link") {
				if (!replace(found.link, newLink(kind, me, [member()], found.link.files))) return false;
				noted = found.link.files;
			}
			entered = found.state !== "free";
			return entered;
		},
		leave(asLast) {
			if (!entered) return true;
			if (unlinked || cover !== undefined) {
				if (!asLast() && !unlinked) return true;
				if (cover !== undefined && sameFound(lookAt(path), cover)) (cover.folder ? rmdirSync : unlinkSync)(path);
				cover = undefined;
				entered = false;
				return true;
			}
			let link: Link;
			try {
				link = ownLink();
			} catch (error) {
				entered = false;
				throw error;
			}
			const others = othersIn(link);
			if (others.length === 0) return leaveAsLast(link, asLast);
			asLast();
			if (!replace(link, newLink(kind, me, others, link.files))) return false;
			entered = false;
			return true;
		},
		assertEntered() {
			if (!entered || unlinked || cover !== undefined) return;
			try {
				ownLink();
			} catch (error) {
				throw isMigrateError(error) ? error : cannotLock(error);
			}
		},
		note(file) {
			if (unlinked || cover !== undefined) return true;
			const link = ownLink();
			if (link.files.includes(file)) return true;
			const next = newLink(kind, me, link.members, [...link.files, file]);
			return replace(link, next);
		},
	};
}
