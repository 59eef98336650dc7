/** A change of a schema, and what a check has to find in it; nothing in a change that is right. */
export interface Change {
	readonly name: string;
	/** Statements of the migration before, for the tables that begin with `t`. */
	base(t: string): string;
	up(t: string): string;
	down(t: string): string;
	/** The rule that has to find it, as an error or a warning; undefined for a change that is right. */
	readonly finds?: string;
	/** Comes after changes with a smaller number, or none: what it leaves behind would stop them. */
	readonly last?: number;
}

const NOTES = "id INTEGER PRIMARY KEY, title TEXT, body TEXT";
const notes = (t: string): string => `CREATE TABLE ${t} (${NOTES});`;
const index = (t: string): string => `CREATE INDEX ${t}_title ON ${t} (title);`;
const trigger = (t: string): string => `CREATE TRIGGER ${t}_log AFTER DELETE ON ${t} BEGIN SELECT 1; END;`;
const rebuild = (t: string, columns = NOTES, copied = "id, title, body"): string =>
	`CREATE TABLE ${t}_new (${columns}); INSERT INTO ${t}_new SELECT ${copied} FROM ${t}; DROP TABLE ${t}; ALTER TABLE ${t}_new RENAME TO ${t};`;
const nothing = (): string => "";
const required = "id INTEGER PRIMARY KEY, title TEXT NOT NULL, body TEXT";

/** Pairs of a fault and what is near to it and right. */
export const CHANGES: readonly Change[] = [
	{
		name: "a rebuild without the index",
		base: (t) => notes(t) + index(t),
		up: (t) => rebuild(t),
		down: (t) => index(t),
		finds: "rebuild-loses",
	},
	{
		name: "a rebuild without the trigger",
		base: (t) => notes(t) + trigger(t),
		up: (t) => rebuild(t),
		down: (t) => trigger(t),
		finds: "rebuild-loses",
	},
	{
		name: "a rebuild with index and trigger",
		base: (t) => notes(t) + index(t) + trigger(t),
		up: (t) => rebuild(t) + index(t) + trigger(t),
		down: nothing,
	},
	{
		name: "a rebuild for NOT NULL, with a wider index",
		base: (t) => notes(t) + index(t),
		up: (t) => `${rebuild(t, required)} CREATE INDEX ${t}_both ON ${t} (title, body);`,
		down: (t) => rebuild(t) + index(t),
	},
	{
		name: "an index that is dropped by its name",
		base: (t) => notes(t) + index(t),
		up: (t) => `DROP INDEX ${t}_title; ${rebuild(t)}`,
		down: (t) => index(t),
	},
	{
		name: "a table of that name in another shape",
		base: notes,
		up: (t) => `CREATE TABLE IF NOT EXISTS ${t} (id INTEGER PRIMARY KEY, title TEXT);`,
		down: nothing,
		finds: "if-not-exists-hides",
	},
	{
		name: "a table of that name in the same shape",
		base: notes,
		up: (t) => `CREATE TABLE IF NOT EXISTS ${t} (${NOTES.toLowerCase()});`,
		down: nothing,
	},
	{
		name: "SELECT * into columns in another order",
		base: (t) => `${notes(t)} CREATE TABLE ${t}_old (id INTEGER PRIMARY KEY, body TEXT, title TEXT);`,
		up: (t) => `INSERT INTO ${t} SELECT * FROM ${t}_old;`,
		down: (t) => `DELETE FROM ${t};`,
		finds: "select-star-copy",
	},
	{
		name: "SELECT * into columns in the same order",
		base: (t) => `${notes(t)} CREATE TABLE ${t}_old (${NOTES});`,
		up: (t) => `INSERT INTO ${t} SELECT * FROM ${t}_old;`,
		down: (t) => `DELETE FROM ${t};`,
	},
	{
		name: "a view of a column that is renamed away by a rebuild",
		base: (t) => `${notes(t)} CREATE VIEW ${t}_titles AS SELECT title FROM ${t};`,
		up: (t) => `PRAGMA legacy_alter_table = ON; ${rebuild(t, "id INTEGER PRIMARY KEY, name TEXT, body TEXT")}`,
		down: (t) => `PRAGMA legacy_alter_table = ON; ${rebuild(t, NOTES, "id, name, body")}`,
		finds: "dangling",
		// SQLite refuses to rename any table beside a view that cannot be used.
		last: 1,
	},
	{
		name: "a view that is made anew for the new column",
		base: (t) => `${notes(t)} CREATE VIEW ${t}_titles AS SELECT title FROM ${t};`,
		up: (t) => `ALTER TABLE ${t} RENAME COLUMN title TO name;`,
		down: (t) => `ALTER TABLE ${t} RENAME COLUMN name TO title;`,
	},
	{
		name: "a reference to a column that is not there",
		base: notes,
		up: (t) => `CREATE TABLE ${t}_tags (note INTEGER REFERENCES ${t} (ident));`,
		down: (t) => `DROP TABLE ${t}_tags;`,
		finds: "dangling",
	},
	{
		name: "a reference to the key",
		base: notes,
		up: (t) => `CREATE TABLE ${t}_tags (note INTEGER REFERENCES ${t} ON DELETE CASCADE); ${rebuild(t)}`,
		down: (t) => `DROP TABLE ${t}_tags;`,
	},
	{
		name: "a column NOT NULL without a default",
		base: notes,
		up: (t) => `ALTER TABLE ${t} ADD COLUMN author TEXT NOT NULL;`,
		down: (t) => `ALTER TABLE ${t} DROP COLUMN author;`,
		finds: "needs-rows-check",
	},
	{
		name: "a column NOT NULL with a default",
		base: notes,
		up: (t) => `ALTER TABLE ${t} ADD COLUMN author TEXT NOT NULL DEFAULT '';`,
		down: (t) => `ALTER TABLE ${t} DROP COLUMN author;`,
	},
	{
		name: "a column NOT NULL of a table that is emptied first",
		base: notes,
		up: (t) => `DELETE FROM ${t}; ALTER TABLE ${t} ADD COLUMN author TEXT NOT NULL;`,
		down: (t) => `ALTER TABLE ${t} DROP COLUMN author;`,
	},
	{
		name: "a SERIAL key",
		base: nothing,
		up: (t) => `CREATE TABLE ${t} (id SERIAL PRIMARY KEY, a TEXT);`,
		down: (t) => `DROP TABLE ${t};`,
		finds: "serial-primary-key",
	},
	{
		name: "a BIGINT key",
		base: nothing,
		up: (t) => `CREATE TABLE ${t} (id BIGINT PRIMARY KEY, a TEXT);`,
		down: (t) => `DROP TABLE ${t};`,
	},
	{
		name: "a PRAGMA inside the transaction",
		base: notes,
		up: () => "PRAGMA foreign_keys = ON;",
		down: nothing,
		finds: "no-effect-pragma",
	},
	{
		name: "a down that fails",
		base: notes,
		up: (t) => `ALTER TABLE ${t} ADD COLUMN author TEXT;`,
		down: (t) => `ALTER TABLE ${t} DROP COLUMN auther;`,
		finds: "down-fails",
	},
	{
		name: "a down that leaves an index",
		base: notes,
		up: (t) => `CREATE INDEX ${t}_body ON ${t} (body); ALTER TABLE ${t} ADD COLUMN author TEXT;`,
		down: (t) => `ALTER TABLE ${t} DROP COLUMN author;`,
		finds: "down-is-not-inverse",
	},
	{
		name: "a down that spells the table in another way",
		base: notes,
		up: (t) => `DROP TABLE ${t};`,
		down: (t) => `create table "${t}" ("id" integer primary key, "title" text, "body" text);`,
	},
	{
		name: "a string in double quotes",
		base: notes,
		up: (t) => `UPDATE ${t} SET title = "none" WHERE title IS NULL;`,
		down: (t) => `UPDATE ${t} SET title = NULL WHERE title = 'none';`,
		finds: "double-quoted-literal",
		// It fails, so a check stops there.
		last: 2,
	},
	{
		name: "a name in double quotes",
		base: notes,
		up: (t) => `UPDATE ${t} SET "title" = 'none' WHERE "title" IS NULL;`,
		down: (t) => `UPDATE ${t} SET title = NULL WHERE title = 'none';`,
	},
	{
		name: "dropped columns and tables, deletes and updates of all rows",
		base: (t) => `${notes(t)} CREATE TABLE ${t}_old (a);`,
		up: (t) => `ALTER TABLE ${t} DROP COLUMN body; DROP TABLE ${t}_old; UPDATE ${t} SET title = ''; DELETE FROM ${t};`,
		down: (t) => `ALTER TABLE ${t} ADD COLUMN body TEXT; CREATE TABLE ${t}_old (a);`,
	},
];
