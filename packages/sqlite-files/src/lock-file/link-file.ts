import { type BigIntStats, lstatSync, readlinkSync, renameSync, symlinkSync, unlinkSync } from "node:fs";
import type { Liveness } from "@godwit/sqlite";
import { newLinkId } from "../owners/holder.ts";
import { type Owner, sameOwner } from "../owners/owner.ts";
import { formatLink, type Link, type LinkKind, type Member, parseLink } from "./link.ts";

/** What there is at the path of a lock. */
export type Found =
	| { readonly state: "free" }
	| { readonly state: "link"; readonly link: Link }
	/** Made by another program: node-sqlite3-wasm makes a folder. Inode and time distinguish it from a later one. */
	| { readonly state: "foreign"; readonly folder: boolean; readonly inode: bigint; readonly mtimeNs: bigint };

/** @throws the file system's own error when the path cannot be read (EACCES, ENOTDIR). */
export function lookAt(path: string): Found {
	// Asked first, because the error that readlink throws for a missing file takes longer to make than this answer.
	const stat = statOf(path);
	if (stat === undefined) return { state: "free" };
	if (stat.isSymbolicLink()) {
		const text = readText(path);
		if (text === undefined) return { state: "free" };
		const link = parseLink(text);
		if (link !== undefined) return { state: "link", link };
	}
	return { state: "foreign", folder: stat.isDirectory(), inode: stat.ino, mtimeNs: stat.mtimeNs };
}

function statOf(path: string): BigIntStats | undefined {
	try {
		return lstatSync(path, { throwIfNoEntry: false, bigint: true });
	} catch (error) {
		// Nobody can have made a file whose name is too long.
		if ((error as NodeJS.ErrnoException).code === "ENAMETOOLONG") return undefined;
		throw error;
	}
}

/** Returns whether a lock is still the one that was seen before. */
export function sameFound(one: Found, other: Found): boolean {
	if (one.state === "link" && other.state === "link") return one.link.id === other.link.id;
	if (one.state !== "foreign" || other.state !== "foreign") return one.state === other.state;
	return one.inode === other.inode && one.mtimeNs === other.mtimeNs;
}

/** Undefined when nothing is there, or something that godwit has not made. */
export function readLink(path: string): Link | undefined {
	const text = readText(path);
	return text === undefined ? undefined : parseLink(text);
}

function readText(path: string): string | undefined {
	try {
		return readlinkSync(path);
	} catch (error) {
		const { code } = error as NodeJS.ErrnoException;
		// EINVAL: no symbolic link.
		if (code === "ENOENT" || code === "EINVAL") return undefined;
		throw error;
	}
}

/** A link with a new id. It is not yet made. */
export function newLink(kind: LinkKind, maker: Owner, members: readonly Member[], files: readonly string[]): Link {
	return { kind, id: newLinkId(maker), maker, members, files };
}

/**
 * Makes a link where nothing is. One system call makes it with its text, and fails when anything is there. While the link is
 * there, mkdir of another program fails.
 *
 * @returns false when something is there.
 * @throws the file system's own error.
 */
export function makeLink(path: string, link: Link): boolean {
	const text = formatLink(link);
	try {
		symlinkSync(text, path);
		return true;
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
		// NFS may have carried out the request twice, so that the second time has met the first one's link.
		return readText(path) === text;
	}
}

export interface ClaimOptions {
	readonly livenessOf: (owner: Owner) => Liveness;
	/** After how many milliseconds a claim may be replaced whose maker cannot be checked; `undefined`: never. */
	readonly leaseMs: number | undefined;
}

/**
 * Takes the claim on a link. Only the holder of its claim may change a link.
 *
 * @returns The claim's path; `undefined` when the link has changed, or another process has the claim: look again.
 */
export function claimLink(path: string, seen: Link, next: Link, options: ClaimOptions): string | undefined {
	const claim = claimOn(path, seen);
	if (!makeLink(claim, next) && !replaceClaim(claim, next, options)) return undefined;
	if (readLink(path)?.id === seen.id) return claim;
	removeLink(claim, next);
	return undefined;
}

/** The end of a claim's name: the claim on a lock is of level 1, the claim on that claim of level 2, and so on. */
const CLAIM = /\.break(\d*)-[0-9a-z-]+$/;

/** A claim on a claim has no longer a name than one on the lock, since file systems take names of 255 bytes. */
export function claimOn(path: string, { id }: Link): string {
	const [, level] = CLAIM.exec(path) ?? [];
	const next = level === undefined ? "" : Number(level || 1) + 1;
	return `${path.replace(CLAIM, "")}.break${next}-${id}`;
}

/** What a claim's name adds to that of its lock: a level of one digit, and an id of up to 45 bytes. */
const CLAIM_BYTES = ".break2-".length + 45;

/** The longest name of a lock, in bytes, that has room for claims. */
export const LONGEST_NAME: number = 255 - CLAIM_BYTES;

/** Who has the claim on the link that is at a path now; undefined when nobody has. */
export function makerOfClaim(path: string): Owner | undefined {
	const link = readLink(path);
	return link && readLink(claimOn(path, link))?.maker;
}

/** A claim is itself a link, and is replaced under a claim on it. */
function replaceClaim(claim: string, next: Link, options: ClaimOptions): boolean {
	const there = readLink(claim);
	if (there === undefined || !isAbandoned(claim, there, next, options)) return false;
	const second = claimLink(claim, there, next, options);
	return second !== undefined && renameLink(second, claim, next);
}

function isAbandoned(claim: string, { maker }: Link, next: Link, { livenessOf, leaseMs }: ClaimOptions): boolean {
	// This holder's own, of an attempt that failed half-way.
	if (sameOwner(maker, next.maker)) return true;
	const liveness = livenessOf(maker);
	if (liveness !== "unknown" || leaseMs === undefined) return liveness === "dead";
	return olderThan(claim, leaseMs, next);
}

/** Compares with the clock of the file system, because that of another machine may be wrong. */
function olderThan(path: string, ageMs: number, unique: Link): boolean {
	const probe = `${path.replace(CLAIM, "")}.now-${unique.id}`;
	symlinkSync(formatLink(unique), probe);
	try {
		const then = lstatSync(path, { throwIfNoEntry: false });
		return then !== undefined && lstatSync(probe).mtimeMs - then.mtimeMs > ageMs;
	} finally {
		unlinkSync(probe);
	}
}

/** Makes a claim the link. @returns false when another process has replaced or removed the claim: look again. */
export function renameLink(claim: string, path: string, next: Link): boolean {
	try {
		renameSync(claim, path);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
	}
	return readLink(path)?.id === next.id;
}

/** Removes a link, if it still has the same id. */
export function removeLink(path: string, { id }: Link): void {
	if (readLink(path)?.id !== id) return;
	try {
		unlinkSync(path);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
	}
}
