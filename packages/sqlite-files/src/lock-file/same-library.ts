import { DatabaseHeldError } from "@godwit/sqlite";
import { hash } from "../owners/hash.ts";
import { isOfThisProcess } from "../owners/place.ts";
import type { Member } from "./link.ts";

/** A short text for a SQLite library, by which a link records a member's. */
export function libraryMark(name: string): string {
	return hash(name).slice(0, 4);
}

/**
 * The kernel's locks do not keep two SQLite libraries in one process apart, also in two threads of it. Each drops the
 * other's locks when it closes a file, see https://sqlite.org/howtocorrupt.html#posix_close_bug
 *
 * @param members Those that may be alive.
 * @throws DatabaseHeldError when a member is of this process and uses another library than `library`.
 */
export function assertSameLibrary(path: string, members: readonly Member[], library: string): void {
	const mark = libraryMark(library);
	const other = members.find(({ owner, library: memberMark }) => isOfThisProcess(owner) && memberMark !== mark);
	if (other === undefined) return;
	const message = `${path} is held by this process through another SQLite library than ${library}; two libraries in one process drop each other's locks on a file`;
	throw new DatabaseHeldError(message, "godwit");
}
