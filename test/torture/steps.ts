/** One migration as the statements of its two files. */
export interface Step {
	readonly up: readonly string[];
	readonly down: readonly string[];
}

/** Migrations with the versions 1, 2, 3, ... */
export type Steps = readonly Step[];

/** So small that pages reach the database in the middle of a transaction: a kill leaves half of it there. */
const SPILLING = "PRAGMA cache_size = 2";

/** Notes each time that a body runs, which must be once. */
function logged(version: number): Step {
	return {
		up: [`INSERT INTO runs (what) VALUES ('up ${version}')`],
		down: [`INSERT INTO runs (what) VALUES ('down ${version}')`],
	};
}

function join(...parts: readonly Step[]): Step {
	return { up: parts.flatMap(({ up }) => up), down: parts.toReversed().flatMap(({ down }) => down) };
}

const RUNS: Step = {
	up: ["CREATE TABLE runs (id INTEGER PRIMARY KEY, what TEXT)"],
	down: ["DROP TABLE runs"],
};

const FAMILY: Step = {
	up: [
		"CREATE TABLE parents (id INTEGER PRIMARY KEY, name TEXT)",
		"CREATE TABLE children (id INTEGER PRIMARY KEY, parent INTEGER REFERENCES parents ON DELETE CASCADE)",
		"INSERT INTO parents VALUES (1, 'one'), (2, 'two')",
		"INSERT INTO children VALUES (10, 1), (11, 1), (20, 2)",
	],
	down: ["DROP TABLE children", "DROP TABLE parents"],
};

function pages(rows: number): Step {
	return {
		up: [
			"CREATE TABLE pages (id INTEGER PRIMARY KEY, body TEXT)",
			`INSERT INTO pages (body) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${rows})
			 SELECT printf('%.*c', 3000, char(96 + i % 26)) FROM n`,
		],
		down: ["DROP TABLE pages"],
	};
}

/** Changes every page, more of them than the cache holds. */
const REWRITE: Step = {
	up: [SPILLING, "UPDATE pages SET body = upper(body)"],
	down: [SPILLING, "UPDATE pages SET body = lower(body)"],
};

/** SQLite's way to change a table; with foreign keys on, dropping the old one deletes the children. */
const REBUILD: Step = {
	up: [
		"CREATE TABLE new_parents (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE)",
		"INSERT INTO new_parents SELECT * FROM parents",
		"DROP TABLE parents",
		"ALTER TABLE new_parents RENAME TO parents",
	],
	down: ["ALTER TABLE parents ADD COLUMN reverted TEXT"],
};

/** A second file, beside the main one. The change of both is one. */
const SIDE: Step = {
	up: [
		"ATTACH '{folder}/side.db' AS side",
		"CREATE TABLE side.notes (id INTEGER PRIMARY KEY, body TEXT)",
		`INSERT INTO side.notes (body) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3)
		 SELECT printf('%.*c', 3000, char(96 + i)) FROM n`,
	],
	down: ["ATTACH '{folder}/side.db' AS side", "DROP TABLE side.notes"],
};

const REWRITE_SIDE: Step = {
	up: ["ATTACH '{folder}/side.db' AS side", "PRAGMA side.cache_size = 2", "UPDATE side.notes SET body = upper(body)"],
	down: ["ATTACH '{folder}/side.db' AS side", "PRAGMA side.cache_size = 2", "UPDATE side.notes SET body = lower(body)"],
};

export type SetName = "full" | "small" | "attaching";

/** Few enough system calls for each to be visited: in minutes, or in a test. */
export const SETS: Readonly<Record<SetName, Steps>> = {
	full: [join(RUNS, FAMILY), join(logged(2), pages(6)), join(logged(3), REWRITE), join(logged(4), REBUILD)],
	small: [join(RUNS, pages(3)), join(logged(2), REWRITE)],
	attaching: [join(RUNS, pages(3)), join(logged(2), SIDE), join(logged(3), REWRITE, REWRITE_SIDE)],
};

/**
 * The files of the migrations, by name.
 *
 * @param folder Where the databases are.
 */
export function filesOf(steps: Steps, folder: string): Readonly<Record<string, string>> {
	const body = (statements: readonly string[]): string =>
		statements.map((statement) => `${statement.replace("{folder}", folder)};\n`).join("");
	return Object.fromEntries(
		steps.flatMap(({ up, down }, index) => [
			[`${index + 1}_step.up.sql`, body(up)],
			[`${index + 1}_step.down.sql`, body(down)],
		]),
	);
}
