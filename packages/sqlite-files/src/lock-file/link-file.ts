import { type BigIntStats, lstatSync, readdirSync, readlinkSync, renameSync, symlinkSync, unlinkSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { Liveness } from "@godwit/sqlite";
import { newLinkId } from "../owners/holder.ts";
import { type Owner, sameOwner } from "../owners/owner.ts";
import { optional } from "../owners/system-threads.ts";
import { formatLink, type Link, type LinkKind, type Member, parseLink } from "./link.ts";

/** What there is at the path of a lock. */
export type Found =
	| { readonly state: "free" }
	| { readonly state: "link"; readonly link: Link }
	/** Made by something that is not godwit: node-sqlite3-wasm makes a folder. The numbers tell it from a later one. */
	| { readonly state: "foreign"; readonly folder: boolean; readonly inode: bigint; readonly mtimeMs: number };

/** @throws the file system's own error when it will not tell (EACCES, ENOTDIR). */
export function lookAt(path: string): Found {
	// The error that readlink throws for a missing file takes longer to make than the question.
	const stat = statOf(path);
	if (stat === undefined) return { state: "free" };
	if (stat.isSymbolicLink()) {
		const text = readText(path);
		if (text === undefined) return { state: "free" };
		const link = parseLink(text);
		if (link !== undefined) return { state: "link", link };
	}
	return { state: "foreign", folder: stat.isDirectory(), inode: stat.ino, mtimeMs: Number(stat.mtimeMs) };
}

function statOf(path: string): BigIntStats | undefined {
	try {
		return lstatSync(path, { throwIfNoEntry: false, bigint: true });
	} catch (error) {
		// A name that the file system has no room for is nobody's.
		if ((error as NodeJS.ErrnoException).code === "ENAMETOOLONG") return undefined;
		throw error;
	}
}

/** Tells whether the same is there that was seen before. */
export function sameFound(one: Found, other: Found): boolean {
	if (one.state === "link" && other.state === "link") return one.link.id === other.link.id;
	if (one.state !== "foreign" || other.state !== "foreign") return one.state === other.state;
	return one.inode === other.inode && one.mtimeMs === other.mtimeMs;
}

/** Undefined when nothing is there, or something that is not ours. */
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

/** Completes a link that is about to be made. */
export function newLink(kind: LinkKind, maker: Owner, members: readonly Member[], files: readonly string[]): Link {
	return { kind, id: newLinkId(maker), maker, members, files };
}

/**
 * Makes a link where nothing is: one system call, owners included, that fails when anything is there, and on which mkdir
 * by another program fails in turn.
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
		// NFS may have carried the request out twice.
		return readText(path) === text;
	}
}

export interface ClaimOptions {
	readonly livenessOf: (owner: Owner) => Liveness;
	/** After how long a claim may be replaced whose maker cannot be checked, in milliseconds; `undefined`: never. */
	readonly leaseMs: number | undefined;
}

/**
 * Takes the claim on the link that is there, under which alone it may be changed.
 *
 * @returns The claim's path; `undefined` when the link has changed, or somebody else has the claim: look again.
 */
export function claimLink(path: string, seen: Link, next: Link, options: ClaimOptions): string | undefined {
	const claim = claimOn(path, seen);
	if (!makeLink(claim, next) && !replaceClaim(claim, next, options)) return undefined;
	if (readLink(path)?.id === seen.id) return claim;
	removeLink(claim, next);
	return undefined;
}

function claimOn(path: string, { id }: Link): string {
	return `${path}.break-${id}`;
}

/** A claim is itself a link, changed under a claim on it. */
function replaceClaim(claim: string, next: Link, options: ClaimOptions): boolean {
	const there = readLink(claim);
	if (there === undefined || !isLeft(claim, there, next, options)) return false;
	const second = claimLink(claim, there, next, options);
	return second !== undefined && renameLink(second, claim, next);
}

function isLeft(claim: string, { maker }: Link, next: Link, { livenessOf, leaseMs }: ClaimOptions): boolean {
	// Ours, of an attempt that failed half-way.
	if (sameOwner(maker, next.maker)) return true;
	const liveness = livenessOf(maker);
	if (liveness !== "unknown" || leaseMs === undefined) return liveness === "dead";
	return olderThan(claim, leaseMs, next);
}

/** By the clock of the file system: that of another machine may be wrong. */
function olderThan(path: string, ageMs: number, unique: Link): boolean {
	const probe = `${path}.now-${unique.id}`;
	symlinkSync(unique.id, probe);
	try {
		const then = lstatSync(path, { throwIfNoEntry: false });
		return then !== undefined && lstatSync(probe).mtimeMs - then.mtimeMs > ageMs;
	} finally {
		unlinkSync(probe);
	}
}

/** Makes a claim the link. @returns false when it was not ours any more, or has gone: look again. */
export function renameLink(claim: string, path: string, next: Link): boolean {
	try {
		renameSync(claim, path);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
	}
	return readLink(path)?.id === next.id;
}

/** Removes a link if it is still this one. */
export function removeLink(path: string, { id }: Link): void {
	if (readLink(path)?.id !== id) return;
	try {
		unlinkSync(path);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
	}
}

/** Removes claims on links that are no more, which a process left that was killed when it had taken or given up the lock. */
export function removeLeftClaims(path: string, livenessOf: (owner: Owner) => Liveness): void {
	const prefix = `${basename(path)}.break-`;
	const now = readLink(path);
	// A folder that may not be listed is good enough for SQLite.
	for (const name of optional(() => readdirSync(dirname(path))) ?? []) {
		if (!name.startsWith(prefix) || name === `${prefix}${now?.id}`) continue;
		const claim = join(dirname(path), name);
		const link = readLink(claim);
		// Another user's may have to stay.
		if (link !== undefined && livenessOf(link.maker) === "dead") optional(() => removeLink(claim, link));
	}
}
