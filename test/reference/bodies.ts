import fc from "fast-check";
import type { DifferenceId } from "./differences.ts";

/** What a migration's file holds. */
export interface Body {
	readonly bytes: Uint8Array;
	/** The difference by which godwit refuses it, whatever golang-migrate does with it. */
	readonly refusedBy?: DifferenceId;
}

/** Makes the text of one migration; `t` is a table of its own. */
type Template = (t: string) => string;

const UPS: readonly Template[] = [
	(t) => `CREATE TABLE ${t} (id INTEGER PRIMARY KEY, a TEXT);`,
	(t) => `-- a comment; with a semicolon
CREATE TABLE ${t} (id INTEGER PRIMARY KEY, a TEXT DEFAULT ';');
CREATE INDEX i_${t} ON ${t} (a);
INSERT INTO ${t} (a) VALUES ('x;y'), ('it''s'), (NULL);
/* ; */ UPDATE ${t} SET a = 'z' WHERE a IS NULL`,
	(t) => `CREATE TABLE ${t} (id INTEGER PRIMARY KEY, a TEXT);
CREATE TRIGGER tr_${t} AFTER INSERT ON ${t} WHEN new.a IS NULL BEGIN
	UPDATE ${t} SET a = ';' WHERE id = new.id;
	SELECT CASE WHEN new.id > 9 THEN RAISE(ABORT, 'too many;') END;
END;
INSERT INTO ${t} (a) VALUES (NULL);`,
	(t) => `CREATE TABLE ${t} (a);\r\nCREATE VIEW v_${t} AS SELECT a AS "a;b" FROM ${t};\r\n`,
	(t) => `CREATE TABLE ${t} (id INTEGER PRIMARY KEY AUTOINCREMENT, a); INSERT INTO ${t} (a) VALUES (1)`,
	(t) => `\uFEFFCREATE TABLE "odd ""${t}" ([order] TEXT, \`group\` TEXT) -- the end`,
	(t) => `CREATE TABLE IF NOT EXISTS shared (id); ALTER TABLE shared ADD COLUMN ${t};`,
	(t) => `CREATE TABLE ${t} (id INTEGER PRIMARY KEY, a);
CREATE TABLE new_${t} (id INTEGER PRIMARY KEY, a NOT NULL);
INSERT INTO new_${t} SELECT * FROM ${t};
DROP TABLE ${t};
ALTER TABLE new_${t} RENAME TO ${t};`,
	(t) => `SAVEPOINT s; CREATE TABLE ${t} (a); ROLLBACK TO s; CREATE TABLE ${t} (b); RELEASE s;`,
];

const DOWNS: readonly Template[] = [
	(t) => `DROP TABLE ${t};`,
	(t) => `DROP TABLE ${t};`,
	(t) => `DROP VIEW IF EXISTS v_${t};\nDROP TABLE IF EXISTS ${t};`,
	(t) => `DROP TABLE IF EXISTS "odd ""${t}"; DROP TABLE IF EXISTS ${t}`,
];

const NOTHING: readonly Template[] = [
	() => "",
	() => " \r\n\t",
	() => ";;\n;",
	() => "-- only this",
	() => "/* ; */\n",
];

const FAILING: readonly Template[] = [
	() => "SELEKT 1;",
	(t) => `CREATE TABLE before_${t} (a);\nSELEKT 1;`,
	(t) => `CREATE TABLE u_${t} (a UNIQUE); INSERT INTO u_${t} VALUES (1), (1);`,
	(t) => `CREATE TABLE r_${t} (a UNIQUE); INSERT OR ROLLBACK INTO r_${t} VALUES (1), (1); CREATE TABLE after_${t} (a);`,
	() => "INSERT INTO nobody VALUES (1);",
	() => "VACUUM;",
	(t) => `CREATE TRIGGER half_${t} AFTER INSERT ON ${t} BEGIN SELECT 1;`,
];

const REFUSED: readonly (readonly [DifferenceId, Template])[] = [
	[
		"transaction-control",
		(t) => `CREATE TABLE IF NOT EXISTS kept_${t} (a); COMMIT; CREATE TABLE IF NOT EXISTS later_${t} (a);`,
	],
	[
		"transaction-control",
		(t) => `CREATE TABLE IF NOT EXISTS kept_${t} (a); COMMIT; BEGIN; CREATE TABLE IF NOT EXISTS later_${t} (a);`,
	],
	["transaction-control", (t) => `CREATE TABLE IF NOT EXISTS lost_${t} (a); ROLLBACK; BEGIN;`],
	["transaction-control", () => "BEGIN; COMMIT;"],
	["transaction-control", (t) => `CREATE TABLE IF NOT EXISTS ${t} (a); PRAGMA journal_mode = wal;`],
	["unknown-directive", (t) => `-- godwit: no-transactions\nCREATE TABLE IF NOT EXISTS ${t} (a);`],
	["hiding-carriage-return", (t) => `-- by hand\rCREATE TABLE IF NOT EXISTS ${t} (a);\r`],
	["unclosed-text", (t) => `CREATE TABLE IF NOT EXISTS ${t} (a); /* CREATE TABLE IF NOT EXISTS forgotten_${t} (a);`],
	["unclosed-text", (t) => `CREATE TABLE IF NOT EXISTS ${t} (a); INSERT INTO ${t} VALUES ('open);`],
	["nul-byte", (t) => `CREATE TABLE IF NOT EXISTS ${t} (a);\0CREATE TABLE IF NOT EXISTS ignored_${t} (a);`],
	["invalid-utf8", (t) => `CREATE TABLE IF NOT EXISTS ${t} (a DEFAULT '\uFFFD');`],
];

function bodyOf(templates: readonly Template[]): fc.Arbitrary<(table: string) => Body> {
	return fc.constantFrom(...templates).map((template) => (table) => ({ bytes: Buffer.from(template(table)) }));
}

const refused: fc.Arbitrary<(table: string) => Body> = fc
	.constantFrom(...REFUSED)
	.map(([refusedBy, template]) => (table) => {
		const bytes = Buffer.from(template(table));
		// One byte of a sequence of three is no UTF-8.
		const at = refusedBy === "invalid-utf8" ? bytes.indexOf("\uFFFD") : -1;
		return { refusedBy, bytes: at === -1 ? bytes : Buffer.concat([bytes.subarray(0, at + 1), bytes.subarray(at + 3)]) };
	});

export const anyUp: fc.Arbitrary<(table: string) => Body> = fc.oneof(
	{ weight: 16, arbitrary: bodyOf(UPS) },
	{ weight: 2, arbitrary: bodyOf(NOTHING) },
	{ weight: 3, arbitrary: bodyOf(FAILING) },
	{ weight: 1, arbitrary: refused },
);

export const anyDown: fc.Arbitrary<(table: string) => Body> = fc.oneof(
	{ weight: 16, arbitrary: bodyOf(DOWNS) },
	{ weight: 2, arbitrary: bodyOf(NOTHING) },
	{ weight: 2, arbitrary: bodyOf(FAILING) },
	{ weight: 1, arbitrary: refused },
);
