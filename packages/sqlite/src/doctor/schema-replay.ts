import type { Diagnosis } from "@godwit/core";
import type { SqliteConnection } from "../connection/sqlite-connection.ts";
import { type Requoted, requote } from "../statements/double-quotes/requote.ts";
import { canonicalTokens } from "../structure/canonical.ts";
import type { StoredObject } from "../structure/schema-objects.ts";
import { columnsOf, foreignKeysOf } from "../structure/table-pragmas.ts";
import { quoteIdentifier } from "../tables/quote-identifier.ts";

/** What the application brings to its own connection, and what this SQLite was built without. */
const ELSEWHERE = /^(?:no such (?:function|collation sequence|module|tokenizer)|unknown (?:function|tokenizer))/;

/**
 * Makes the objects of a schema one by one in an empty database, and uses each: what fails there fails, or will fail, in the
 * database that the schema is of.
 *
 * @param connection To an empty database in memory, in which double quotes are for names alone.
 * @param objects All of them, in the order in which they were made.
 */
export function replaySchema(connection: SqliteConnection, objects: readonly StoredObject[]): readonly Diagnosis[] {
	const replay = new Replay(connection, objects);
	connection.run("PRAGMA foreign_keys = OFF");
	const kind = (...kinds: readonly StoredObject["kind"][]): readonly StoredObject[] =>
		objects.filter((object) => kinds.includes(object.kind));
	for (const object of [...kind("virtual"), ...kind("table"), ...kind("index")]) replay.make(object);
	replay.makeViews(kind("view"));
	for (const object of kind("trigger")) replay.tryTrigger(object);
	connection.run("PRAGMA foreign_keys = ON");
	for (const object of kind("table")) replay.checkForeignKeys(object);
	return replay.found;
}

class Replay {
	readonly found: Diagnosis[] = [];
	/** In lower case. What refers to one of them cannot be examined either. */
	private readonly unexamined = new Set<string>();
	private readonly connection: SqliteConnection;

	private readonly objects: readonly StoredObject[];

	constructor(connection: SqliteConnection, objects: readonly StoredObject[]) {
		this.connection = connection;
		this.objects = objects;
	}

	/** Makes a table or an index, which SQLite reads in full as it makes it. */
	make(object: StoredObject): void {
		const made = requote(object.sql, (sql) => this.attempt([sql]));
		this.report(object, made);
		if (made.error === undefined) this.connection.run(made.sql);
		else this.unexamined.add(object.name.toLowerCase());
	}

	/** A view is read when it is used, and may use others that were made after it. */
	makeViews(views: readonly StoredObject[]): void {
		for (const { sql } of views) this.connection.run(sql);
		let waiting = views;
		for (let before = -1; waiting.length !== before; ) {
			before = waiting.length;
			waiting = waiting.filter((view) => {
				const made = this.requoteView(view);
				if (made.error !== undefined) return true;
				this.report(view, made);
				this.connection.run(`DROP VIEW ${quoteIdentifier(view.name)}`);
				this.connection.run(made.sql);
				return false;
			});
		}
		for (const view of waiting) this.report(view, this.requoteView(view));
	}

	private requoteView({ name, sql: stored }: StoredObject): Requoted {
		const view = quoteIdentifier(name);
		return requote(stored, (sql) => this.attempt([`DROP VIEW ${view}`, sql, `EXPLAIN SELECT * FROM ${view}`]));
	}

	/** A trigger is read when it fires. It is alone, so that it is no other's fault. */
	tryTrigger(object: StoredObject): void {
		if (this.unexamined.has(object.table.toLowerCase())) {
			this.notExamined(object, `${object.table} is not`);
			return;
		}
		const uses = this.usesOf(object);
		this.report(
			object,
			requote(object.sql, (sql) => this.attempt([sql, ...uses])),
		);
	}

	private usesOf({ sql, table }: StoredObject): readonly string[] {
		const event = canonicalTokens(sql)
			.slice(2)
			.find(({ text, bare }) => bare && /^(?:delete|insert|update)$/.test(text))?.text;
		const name = quoteIdentifier(table);
		if (event === "insert") return [`EXPLAIN INSERT INTO ${name} DEFAULT VALUES`];
		if (event === "delete") return [`EXPLAIN DELETE FROM ${name}`];
		return columnsOf(this.connection, table)
			.filter(({ hidden }) => hidden === 0n)
			.map((column) => `EXPLAIN UPDATE ${name} SET ${quoteIdentifier(String(column.name))} = NULL`);
	}

	checkForeignKeys(object: StoredObject): void {
		if (this.unexamined.has(object.name.toLowerCase())) return;
		if (foreignKeysOf(this.connection, object.name).length === 0) return;
		const error = this.attempt([`EXPLAIN INSERT INTO ${quoteIdentifier(object.name)} DEFAULT VALUES`]);
		if (error === undefined) return;
		if (this.isOfUnexamined(error)) {
			this.notExamined(object, error);
			return;
		}
		const message = `a foreign key of ${object.name} leads nowhere: ${error}; with foreign keys on, whatever writes to the table fails. Make what it refers to, or rebuild the table without it`;
		this.found.push({ kind: "dangling-reference", level: "error", object: nameOf(object), message });
	}

	/** Runs statements and takes them back. @returns SQLite's message for the first that fails. */
	private attempt(statements: readonly string[]): string | undefined {
		const { connection } = this;
		connection.begin("immediate");
		try {
			for (const sql of statements) connection.run(sql);
			return undefined;
		} catch (error) {
			if (connection.resultCode(error) === undefined) throw error;
			return error instanceof Error ? error.message : String(error);
		} finally {
			if (connection.inTransaction) connection.rollback();
		}
	}

	private report(object: StoredObject, { sql, strings, error }: Requoted): void {
		const name = nameOf(object);
		if (error !== undefined) {
			if (ELSEWHERE.test(error) || this.isOfUnexamined(error)) {
				this.notExamined(object, error);
				return;
			}
			const message = `${name} cannot work: ${error}; make it anew, or drop it`;
			this.found.push({ kind: "dangling-reference", level: "error", object: name, message });
			return;
		}
		if (strings.length === 0) return;
		const shown = strings.map(({ value }) => `"${value}"`).join(", ");
		const how = object.kind === "table" ? "rebuild the table with the statement below" : "run the statements below";
		const message = `${name} has ${shown} in double quotes, a text for the SQLite that made it and a name for others, where ${harmOf(object)}; ${how} in a migration`;
		const statements = [...this.dropOf(object), sql, ...this.triggersOf(object)].map((statement) => `${statement};`);
		const cure = statements.join("\n");
		this.found.push({ kind: "double-quoted-literal", level: "error", object: name, message, sql: cure });
	}

	/** A table has rows, and is rebuilt in more steps. */
	private dropOf({ kind, name }: StoredObject): readonly string[] {
		return kind === "table" ? [] : [`DROP ${kind.toUpperCase()} ${quoteIdentifier(name)}`];
	}

	/** A view takes its triggers with it. */
	private triggersOf({ kind, name }: StoredObject): readonly string[] {
		if (kind !== "view") return [];
		const isOwn = (object: StoredObject): boolean =>
			object.kind === "trigger" && object.table.toLowerCase() === name.toLowerCase();
		return this.objects.filter(isOwn).map(({ sql }) => sql);
	}

	private isOfUnexamined(error: string): boolean {
		const [, name] = /^no such table: (?:main\.)?(.*)$/s.exec(error) ?? [];
		return name !== undefined && this.unexamined.has(name.toLowerCase());
	}

	private notExamined(object: StoredObject, reason: string): void {
		const name = nameOf(object);
		const message = `${name} cannot be examined here: ${reason}`;
		this.found.push({ kind: "not-examined", level: "note", object: name, message });
		this.unexamined.add(object.name.toLowerCase());
	}
}

function harmOf({ kind }: StoredObject): string {
	switch (kind) {
		case "view":
			return "reading it fails";
		case "trigger":
			return "what fires it fails";
		default:
			return "VACUUM, and renaming or dropping a column, fail";
	}
}

function nameOf({ kind, name }: StoredObject): string {
	return `${kind === "virtual" ? "virtual table" : kind} ${name}`;
}
