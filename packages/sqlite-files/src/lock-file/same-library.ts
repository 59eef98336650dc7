import { DatabaseHeldError } from "@godwit/sqlite";
import { hash } from "../owners/hash.ts";
import { isOfThisProcess } from "../owners/place.ts";
import type { Member } from "./link.ts";

/** What a link says of a member's SQLite library. */
export function libraryMark(name: string): string {
	return hash(name).slice(0, 4);
}

/**
 * Two SQLite libraries in one process, also in two threads of it, are not kept apart by the kernel's locks, and each drops
 * the other's when it closes a file, see https://sqlite.org/howtocorrupt.html#posix_close_bug
 *
 * @param members That may be alive.
 * @throws DatabaseHeldError for one of this process with another library than `library`.
 */
export function assertSameLibrary(path: string, members: readonly Member[], library: string): void {
	const mark = libraryMark(library);
	const other = members.find(({ owner, library: theirs }) => isOfThisProcess(owner) && theirs !== mark);
	if (other === undefined) return;
	const message = `${path} is held by this process through another SQLite library than ${library}; two libraries in one process drop each other's locks on a file`;
	throw new DatabaseHeldError(message, "godwit");
}
