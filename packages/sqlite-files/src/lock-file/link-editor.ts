import { isMigrateError, MigrateError } from "@godwit/core";
import type { Liveness } from "@godwit/sqlite";
import { newLinkId } from "../owners/holder.ts";
import { type Owner, sameOwner } from "../owners/owner.ts";
import { describeFound } from "./describe-found.ts";
import { hasMember, type Link, type LinkKind, type Member } from "./link.ts";
import { type ClaimOptions, claimLink, lookAt, newLink, readLink, removeLink, renameLink } from "./link-file.ts";
import { lockFailure, noRoomForFile } from "./lock-failure.ts";
import { libraryMark } from "./same-library.ts";

/** Changes a link, each time under a claim on it. A function that returns false has changed nothing: look again. */
export interface LinkEditor {
	/** A new link that names this holder alone. */
	alone(): Link;
	/** The other members of a link that are not known to be dead. */
	others(link: Link): readonly Member[];
	/** Reads the link, which has to name this holder. @throws MigrateError `ERR_LOCK_LOST`; the file system's own error. */
	own(): Link;
	/** Replaces a link by one of this holder and others. @throws MigrateError `ERR_DATABASE`. */
	enter(link: Link, others: readonly Member[]): boolean;
	/** Takes this holder out of its link. @throws MigrateError `ERR_DATABASE`. */
	leave(link: Link, others: readonly Member[]): boolean;
	/** Removes a link that names nobody else. `asLast` is called under the claim; when it returns false the link is kept. */
	remove(link: Link, asLast: () => boolean): "removed" | "kept" | false;
	/** Adds an attached file. @param isNeeded As that of `LockFile.note`. @throws MigrateError `ERR_DATABASE`. */
	note(link: Link, file: string, isNeeded?: (file: string) => boolean): boolean;
	/** The error for a lock that cannot be made or changed. */
	cannotLock(cause: unknown): MigrateError<"ERR_DATABASE">;
}

export interface LinkEditorOptions {
	readonly databasePath: string;
	readonly path: string;
	readonly kind: LinkKind;
	readonly me: Owner;
	readonly library: string;
	readonly leaseMs: number;
	readonly livenessOf: (owner: Owner) => Liveness;
}

export function linkEditor(options: LinkEditorOptions): LinkEditor {
	const { databasePath, path, kind, me, library, leaseMs, livenessOf } = options;
	const claimOptions: ClaimOptions = { livenessOf, leaseMs: kind === "native" ? leaseMs : undefined };

	function member(): Member {
		return { owner: me, since: nowInSeconds(), library: libraryMark(library) };
	}

	function isLapsed({ owner, since }: Member): boolean {
		return livenessOf(owner) === "unknown" && (nowInSeconds() - since) * 1_000 > leaseMs;
	}

	function replace(link: Link, next: Link): boolean {
		try {
			const claim = claimLink(path, link, next, claimOptions);
			return claim !== undefined && (renameLink(claim, path, next) || hasBecome(next));
		} catch (error) {
			if (!isTooLong(error) || next.members.length < 2) throw cannotLock(error);
			// There is no room for another member, so members that cannot be checked and entered more than a lease ago are dropped.
			const members = next.members.filter((one) => !isLapsed(one));
			if (members.length < next.members.length) return replace(link, { ...next, id: newLinkId(me), members });
			return false;
		}
	}

	/** Another process may have changed the link once more by now, but has kept its members and files. */
	function hasBecome({ members, files }: Pick<Link, "members" | "files">): boolean {
		const now = readLink(path);
		const isMember = now !== undefined && hasMember(now, me);
		if (!members.some(({ owner }) => sameOwner(owner, me))) return !isMember;
		return isMember && files.every((file) => now.files.includes(file));
	}

	const cannotLock = (cause: unknown): MigrateError<"ERR_DATABASE"> => lockFailure(databasePath, kind, cause);

	return {
		alone: () => newLink(kind, me, [member()], []),
		others: ({ members }) => members.filter(({ owner }) => !sameOwner(owner, me) && livenessOf(owner) !== "dead"),
		own() {
			const link = readLink(path);
			if (link !== undefined && hasMember(link, me)) return link;
			const found = lookAt(path);
			const owner = found.state === "free" ? "nobody" : describeFound(path, found, livenessOf);
			const message = `the lock ${path} was taken away from this process; now: ${owner}`;
			throw new MigrateError("ERR_LOCK_LOST", message, { owner });
		},
		enter: (link, others) => replace(link, newLink(kind, me, [member(), ...others], link.files)),
		leave: (link, others) => replace(link, newLink(kind, me, others, link.files)),
		remove(link, asLast) {
			const next = newLink(kind, me, [], []);
			// Nobody but this holder changes its wasm link.
			const claim = kind === "wasm" ? undefined : claimLink(path, link, next, claimOptions);
			if (kind === "native" && claim === undefined) return false;
			try {
				if (!asLast()) return "kept";
				removeLink(path, link);
				return "removed";
			} finally {
				if (claim !== undefined) removeLink(claim, next);
			}
		},
		note(link, file, isNeeded) {
			const noted = (files: readonly string[]): boolean =>
				replace(link, newLink(kind, me, link.members, [...files, file]));
			try {
				return noted(link.files);
			} catch (error) {
				if (!isMigrateError(error) || !isTooLong(error.cause)) throw error;
				const needed = isNeeded === undefined ? link.files : link.files.filter(isNeeded);
				if (needed.length === link.files.length) throw noRoomForFile(path, link.files.length, error.cause);
				return noted(needed);
			}
		},
		cannotLock,
	};
}

/** Of a link's text as of a path: the system has one code for both. */
function isTooLong(error: unknown): boolean {
	return (error as NodeJS.ErrnoException).code === "ENAMETOOLONG";
}

function nowInSeconds(): number {
	return Math.floor(Date.now() / 1_000);
}
