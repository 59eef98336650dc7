export type ProcessKind =
	| "native run"
	| "wasm run"
	| "native application"
	| "wasm application"
	| "native reader"
	| "wasm reader"
	| "unlock";

/** A protection of the protocol. A mutant is a process without one. */
export type Protection =
	/** Each transaction checks that the row is its own and that the version is the one it migrates from. */
	| "guard"
	/** A link that is there is left under its claim. */
	| "claim to leave"
	/** A link that is there is joined under its claim. */
	| "claim to join"
	/** A link whose owners are dead is taken over under its claim. */
	| "claim to take over"
	/** Whoever joins keeps the members that cannot be checked. */
	| "members that cannot be checked"
	/** The row is freed before the link goes. */
	| "row before link"
	/** Each link that is made has an id of its own. */
	| "new ids"
	/** The last member looks for a journal before it unlinks. */
	| "journal before unlink"
	/** The connection is closed before the link goes. */
	| "close before link"
	/** A native process replaces a claim that cannot be checked and is older than a lease. */
	| "aged claims"
	/** A claim is replaced only when its maker cannot be alive. */
	| "age of claims"
	/** Who finds a link full waits. */
	| "wait when full"
	/** A native reader reads with a connection that cannot roll back. */
	| "read-only connection"
	/** A reader does not believe a stat of a file that was written in the present tick. */
	| "old timestamps"
	/** A native reader that needs the link joins a native one that cannot be checked. */
	| "reader joins"
	/** A wasm run that looks at locks counts the ones that mean to write only. */
	| "readers do not count"
	/** Unlock rolls back first and removes second. */
	| "roll back before removal"
	/** The person who says that nobody runs any more is right. */
	| "nobody runs";

/** A step of a reader that makes no link. The last one believes what was read. */
export type ReaderStep =
	/** Looks at `<file>.lock`; a folder: waits. */
	| "look"
	/** Takes a stat of the database file, to be compared by "same stat". */
	| "stat"
	/** Looks for a hot journal beside the file; there is one: waits or enters. */
	| "journal"
	/** SQLite's shared lock, which looks for a hot journal that no living native process holds. */
	| "lock"
	| "page 0"
	| "page 1"
	| "release"
	/** Starts again when the file was written since "stat". */
	| "same stat"
	/** Looks for a journal once more; there is one: starts again. */
	| "no journal"
	/** Looks at `<file>.lock` once more; a folder or a wasm link: starts again. */
	| "no folder"
	/** Starts again when the link is not the native one that "look" saw. */
	| "same link";

export interface Process {
	readonly kind: ProcessKind;
	/** Machine and pid namespace. Processes see each other's liveness and locks within one place only. */
	readonly place: number;
	/** How often it starts again after a kill. Default 0. */
	readonly restarts?: number;
	/** How many transactions an application makes. Default 1. */
	readonly transactions?: number;
	/** An application may roll back after a page is written. */
	readonly rollsBack?: boolean;
	/** A native connection holds SQLite's exclusive lock while the wasm link is held. */
	readonly helper?: boolean;
	/** A wasm run without a helper looks at the native locks of its place, before each transaction and before COMMIT. */
	readonly looks?: boolean;
	/** No link can be made here. */
	readonly noLinks?: boolean;
	/** How many members fit a native link. Default: all. */
	readonly memberLimit?: number;
	/** Who finds a link full drops the members that cannot be checked and are older than a lease. */
	readonly dropsAged?: boolean;
	/** A wasm reader enters where a dead link is, and reports a journal where no link is. */
	readonly entersDeadLinkOnly?: boolean;
	/** What a reader does. Default: the built program of its library. */
	readonly program?: readonly ReaderStep[];
	/** What a native reader does when "look" saw a native link. Default: the same program. */
	readonly besideNative?: readonly ReaderStep[];
	readonly without?: Protection;
}

export interface Configuration {
	readonly name: string;
	readonly processes: readonly Process[];
	/** How many processes may be killed. Default 0. */
	readonly kills?: number;
	/** Migrations to apply. Default 1. */
	readonly target?: number;
	/** Timestamps have ticks: two writes in one tick look the same. */
	readonly ticks?: boolean;
	/** In each state in which nobody runs, each of these, alone, must end well. */
	readonly alone?: readonly Process[];
	/** A lock may stay for a person, so that somebody may wait for ever. */
	readonly mayWaitForPerson?: boolean;
	/** It is a fault when a wasm run refuses or gives up a transaction because of a native lock. */
	readonly neverRefuses?: boolean;
	/** More than 30,000 states: `run.ts` explores it, the test does not. */
	readonly large?: boolean;
	readonly expect: "holds" | "violation";
}
