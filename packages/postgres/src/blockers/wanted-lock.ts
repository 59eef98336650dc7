import { tokensOf } from "../statements/tokens.ts";

/**
 * The modes of a lock on a table, from the weakest on.
 *
 * @see https://www.postgresql.org/docs/current/explicit-locking.html#LOCKING-TABLES
 */
export const MODES = [
	"AccessShareLock",
	"RowShareLock",
	"RowExclusiveLock",
	"ShareUpdateExclusiveLock",
	"ShareLock",
	"ShareRowExclusiveLock",
	"ExclusiveLock",
	"AccessExclusiveLock",
] as const;

export type LockMode = (typeof MODES)[number];

/** The modes that keep a mode out, of the same page. */
const CONFLICTS: Readonly<Record<LockMode, readonly LockMode[]>> = {
	AccessShareLock: MODES.slice(7),
	RowShareLock: MODES.slice(6),
	// A statement that changes rows also waits for rows that others have changed or locked.
	RowExclusiveLock: MODES.slice(4),
	ShareUpdateExclusiveLock: MODES.slice(3),
	ShareLock: ["RowExclusiveLock", "ShareUpdateExclusiveLock", ...MODES.slice(5)],
	ShareRowExclusiveLock: MODES.slice(2),
	ExclusiveLock: MODES.slice(1),
	AccessExclusiveLock: MODES,
};

/** What a statement waits for, as far as its words tell. */
export interface WantedLock {
	/** The words of the statement that may be names, as the server has them. */
	readonly names: readonly string[];
	/** The modes of others that it waits for. */
	readonly conflicts: readonly LockMode[];
	/** Whether it also waits for rows that others have changed or locked. */
	readonly rows: boolean;
}

export function wantedLock(sql: string): WantedLock {
	const tokens = [...tokensOf(sql)];
	const words = tokens.map(({ word }) => word);
	const names = tokens.flatMap(({ start, end, word }) => namesIn(word, sql.slice(start, end)));
	const mode = modeOf(words);
	return { names: [...new Set(names)], conflicts: CONFLICTS[mode], rows: takesRows(words) };
}

function namesIn(word: string, text: string): readonly string[] {
	if (word !== "") return [word.toLowerCase()];
	if (text.startsWith('"')) return [text.slice(1, -1).replaceAll('""', '"')];
	// Code is a text to the server until it runs.
	if (text.startsWith("$")) return text.toLowerCase().match(/[\w\u0080-\uFFFF]+/g) ?? [];
	return /^[\u0080-\uFFFF]/.test(text) ? [text] : [];
}

const CHANGES_ROWS = ["INSERT", "UPDATE", "DELETE", "MERGE"];

function takesRows(words: readonly string[]): boolean {
	const [keyword = ""] = words;
	return (
		CHANGES_ROWS.includes(keyword) || (["SELECT", "WITH"].includes(keyword) && hasAny(words, ["FOR", ...CHANGES_ROWS]))
	);
}

/** The strongest mode that the words allow, where they do not tell: who has a lock then keeps the statement out in any case. */
function modeOf(words: readonly string[]): LockMode {
	const [keyword = ""] = words;
	switch (keyword) {
		case "SELECT":
		case "WITH":
			if (keyword === "WITH" && hasAny(words, CHANGES_ROWS)) return "RowExclusiveLock";
			return words.includes("FOR") ? "RowShareLock" : "AccessShareLock";
		case "COPY":
		case "INSERT":
		case "UPDATE":
		case "DELETE":
		case "MERGE":
			return "RowExclusiveLock";
		case "CREATE":
			return modeOfCreate(words);
		case "ALTER":
			return modeOfAlter(words);
		case "ANALYZE":
		case "COMMENT":
			return "ShareUpdateExclusiveLock";
		case "VACUUM":
			return words.includes("FULL") ? "AccessExclusiveLock" : "ShareUpdateExclusiveLock";
		case "REINDEX":
			return words.includes("CONCURRENTLY") ? "ShareUpdateExclusiveLock" : "AccessExclusiveLock";
		default:
			return "AccessExclusiveLock";
	}
}

function modeOfCreate(words: readonly string[]): LockMode {
	if (words.includes("TRIGGER")) return "ShareRowExclusiveLock";
	if (words.slice(0, 3).includes("INDEX")) {
		return words.includes("CONCURRENTLY") ? "ShareUpdateExclusiveLock" : "ShareLock";
	}
	if (words.slice(0, 4).includes("TABLE") && words.includes("REFERENCES")) return "ShareRowExclusiveLock";
	return words[1] === "STATISTICS" ? "ShareUpdateExclusiveLock" : "AccessExclusiveLock";
}

/** See the notes on the actions in https://www.postgresql.org/docs/current/sql-altertable.html */
function modeOfAlter(words: readonly string[]): LockMode {
	if (words[1] !== "TABLE" || hasAny(words, ["COLUMN", "DROP", "TYPE", "RENAME", "CHECK", "UNIQUE", "PRIMARY"])) {
		return "AccessExclusiveLock";
	}
	if (words.includes("FOREIGN")) return "ShareRowExclusiveLock";
	return words.includes("VALIDATE") ? "ShareUpdateExclusiveLock" : "AccessExclusiveLock";
}

function hasAny(words: readonly string[], wanted: readonly string[]): boolean {
	return wanted.some((word) => words.includes(word));
}
