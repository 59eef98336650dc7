import type { DifferenceId } from "./differences.ts";
import type { Sequence } from "./sequence.ts";
import { setOfFiles } from "./set-of-files.ts";
import type { Operation } from "./tool.ts";

/** A short sequence in which a difference shows. */
export interface Example {
	readonly id: DifferenceId;
	readonly sequence: Sequence;
	/** Only with this `x-atomic`; with both otherwise. */
	readonly atomic?: boolean;
}

const up: Operation = { kind: "up" };
const down: Operation = { kind: "down" };
const migrate = (version: bigint): Operation => ({ kind: "migrate", version });

function example(
	id: DifferenceId,
	files: Readonly<Record<string, string | Uint8Array>>,
	operations: readonly Operation[],
	atomic?: boolean,
): Example {
	const steps = operations.map((operation) => ({ operation, by: "godwit" as const }));
	return { id, sequence: { set: setOfFiles(files, id), steps }, ...(atomic !== undefined && { atomic }) };
}

const A = { "1_a.up.sql": "CREATE TABLE a (x);", "1_a.down.sql": "DROP TABLE a;" };

export const examples: readonly Example[] = [
	example("never-dirty", { ...A, "2_b.up.sql": "CREATE TABLE b (x); SELEKT 1;" }, [up, up, migrate(1n)], true),
	example(
		"never-dirty",
		{ "1_a.up.sql": "CREATE TABLE a (x);", "1_a.down.sql": "DROP TABLE b;" },
		[up, down, up],
		true,
	),
	example("missing-down-file", { ...A, "2_b.up.sql": "CREATE TABLE b (x);" }, [up, down, up], true),
	example("empty-source", {}, [up, down, migrate(1n), { kind: "steps", count: 1 }]),
	example("steps-zero-looks", A, [
		{ kind: "force", version: 7n },
		{ kind: "steps", count: 0 },
	]),
	example("version-is-a-value", { "1_a.up.sql": "", "1_a.down.sql": "SELEKT" }, [
		{ kind: "version" },
		up,
		down,
		{ kind: "version" },
	]),
	...[up, down, migrate(1n), { kind: "steps", count: -1 } as const].map((operation) =>
		example("newer-database", A, [{ kind: "force", version: 7n }, operation]),
	),
	example("drop-leaves-nothing", { "1_a.up.sql": "CREATE TABLE a (x); CREATE VIEW v AS SELECT x FROM a;" }, [
		up,
		{ kind: "drop" },
		up,
	]),
	example("drop-leaves-nothing", { "1_a.up.sql": "CREATE TABLE a (x INTEGER PRIMARY KEY AUTOINCREMENT);" }, [
		up,
		{ kind: "drop" },
		up,
	]),
	example("drop-leaves-nothing", { "1_a.up.sql": 'CREATE TABLE "order" (x);' }, [up, { kind: "drop" }, up]),
	example("transaction-control", { ...A, "2_b.up.sql": "CREATE TABLE b (x); COMMIT; CREATE TABLE c (x);" }, [up]),
	example("transaction-control", { "1_a.up.sql": "CREATE TABLE b (x); COMMIT; BEGIN;" }, [up]),
	example("transaction-control", { "1_a.up.sql": "CREATE TABLE b (x); PRAGMA journal_mode = wal;" }, [up]),
	example("unknown-directive", { "1_a.up.sql": "-- godwit: no-transactions\nCREATE TABLE a (x);" }, [up]),
	example("hiding-carriage-return", { "1_a.up.sql": "-- a\rCREATE TABLE a (x);\r" }, [up]),
	example("hiding-carriage-return", { "1_a.up.sql": "CREATE TABLE a (x); -- a\rCREATE TABLE b (x);" }, [up]),
	example("unclosed-text", { "1_a.up.sql": "CREATE TABLE a (x); /* CREATE TABLE b (x);" }, [up]),
	example("nul-byte", { "1_a.up.sql": "CREATE TABLE a (x);\0CREATE TABLE b (x);" }, [up]),
	example("invalid-utf8", { "1_a.up.sql": Buffer.from("CREATE TABLE a (x DEFAULT 'é');", "latin1") }, [up]),
	example(
		"dangling-references",
		{
			"1_p.up.sql": "CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE c (p REFERENCES p (id));",
			"2_p.up.sql":
				"ALTER TABLE p RENAME TO p_old; CREATE TABLE p (id INTEGER PRIMARY KEY, n); INSERT INTO p (id) SELECT id FROM p_old; DROP TABLE p_old;",
		},
		[up],
	),
	...["1_a.sql", "1.up.sql", "-1_a.up.sql", "v1_a.up.sql", "1_a\nb.up.sql"].map((name) =>
		example("unreadable-names", { ...A, [name]: "" }, [up]),
	),
	...["2_b.up.sql~", "1_a.up.sql.orig", "2_b.down.sql.bak"].map((name) =>
		example("backup-copies", { "9_a.up.sql": "", [name]: "" }, [up]),
	),
	...["2_b.up.ts", "2_b.down.mjs"].map((name) => example("migrations-in-code", { "9_a.up.sql": "", [name]: "" }, [up])),
	example("versions-over-2-63", { "9223372036854775808_a.up.sql": "" }, [up]),
	example("versions-over-2-63", A, [up, migrate(2n ** 63n)]),
];
