import type { Driver } from "@godwit/core";

/** One database, empty at first, and what the laws need to look at it. */
export interface DriverHarness {
	/** Opens another instance on the same database; the law closes it. */
	open(): Promise<Driver>;
	readonly dialect: Dialect;
	/** Lists what `dialect.create` made and nothing else, in any order. Not seen through the driver under test. */
	objects(): Promise<readonly string[]>;
	/**
	 * Returns a value that differs after anything was written to the database or beside it, locks too: a hash of its
	 * files (a missing one counts as an empty one), a log position. Needed for `"fingerprint"`.
	 */
	fingerprint?(): Promise<string>;
	/**
	 * Makes somebody else the owner of a held lock, as after its lease is over. Needed for `"fenced-lock"`.
	 *
	 * @param holder The instance that holds it; a body run by it reaches a database that it keeps everybody else out of.
	 */
	stealLock?(holder: Driver): Promise<void>;
	/**
	 * Makes each attempt to give a held lock back fail, in a way that leaves the lock where it is, until the function that it
	 * resolves to is called. Both are called while no call of the holder is under way. Needed for `"failed-unlock"`.
	 */
	blockUnlock?(): Promise<() => Promise<void>>;
	/**
	 * Ways to spoil the recorded version so that nobody can tell it any more, each under a name for messages: a word where
	 * the number was, a second row, a file that is no database. Needed for `"unreadable-version"`.
	 *
	 * Each is called on a database of its own, in which a version is recorded and one idle instance is open.
	 */
	readonly spoilVersion?: Readonly<Record<string, () => Promise<void>>>;
}

/** What the laws run, in the database's language. Each is a whole statement, with what ends it; `\n` joins them. */
export interface Dialect {
	/** Creates an object, and fails when it exists. Names are lower-case letters, digits and `_`. */
	create(name: string): string;
	/** Drops an object, and fails when it does not exist. */
	drop(name: string): string;
	/** Fails when it is executed. */
	readonly failing: string;
	/** A line that does nothing; the text may be any that has no line break. */
	comment(text: string): string;
	/** Marks a body as one that has to run outside a transaction. Needed for `"no-transaction"`. */
	noTransaction?(body: string): string;
	/** Marks a body whose text must not go into the history. Left out where the language has no such mark. */
	noStore?(body: string): string;
	/**
	 * A statement that reaches more than the database, see `DriverHistory.reachesBeyond`; it does not run. Left out where there
	 * is none.
	 */
	readonly reachesBeyond?: string;
	/**
	 * Texts that end the transaction around a body, in the ways the language has: `COMMIT;`, `ROLLBACK;`, `COMMIT;` and
	 * then `BEGIN;`. Needed for `"transaction-control"`.
	 */
	readonly endTransaction?: readonly string[];
	/** As `create`, but the statement goes over several lines. Left out where a statement has one line. */
	createOnLines?(name: string): string;
	/**
	 * A comment after which its line goes on; the text may have line breaks, and no mark of the language. Left out where
	 * there is none.
	 */
	inlineComment?(text: string): string;
	/**
	 * Text that opens with something that nothing closes, such as `'never closed`: the driver answers
	 * `ERR_INVALID_BODY` with the place where the text begins. Left out where there is none.
	 */
	readonly unclosed?: string;
}

/** What a driver may claim, and what the claim means. */
export const driverCapabilities = {
	persistent: "several instances can be open; each sees what the others recorded, and it outlives them",
	lock: "an instance knows whether it holds the lock",
	"cross-instance-lock": "the lock excludes all other instances, in this process and in others; needs lock, persistent",
	"fenced-lock": "an instance whose lock was taken over writes nothing more; needs cross-instance-lock",
	"failed-unlock": "the harness can keep a held lock from being given back; needs cross-instance-lock",
	"atomic-run": "a body that fails in run leaves nothing behind",
	apply: "apply exists: body and version in one transaction",
	"no-transaction": "a body can ask to run outside a transaction, and apply declines it; needs apply",
	transaction: "transaction exists: several bodies and the version in one transaction",
	"last-token": "lastToken exists; needs lock and apply",
	history: "history exists: events are kept with the version",
	structure: "structure exists: what the database holds, as lines",
	schema: "schema exists: what the database consists of",
	scratch: "scratch exists: an empty database of the same kind; needs structure",
	fingerprint: "the harness can tell whether anything was written",
	"unreadable-version": "the harness can make the recorded version one that nobody can read",
	"transaction-control": "the language has statements that end a transaction; needs endTransaction",
	places: "the error of a failing statement says its line and column",
} as const;

export type DriverCapability = keyof typeof driverCapabilities;
