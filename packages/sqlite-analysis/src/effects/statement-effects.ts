import type { RenamedPart, SchemaPart, StatementEffects } from "@godwit/core";
import type { Statement } from "@godwit/sql";
import { cutSql, type SqliteConnection } from "@godwit/sqlite";
import { type SchemaChange, schemaChange, UNCHANGED } from "../schema/schema-change.ts";
import { readSchemaRows } from "../schema/schema-snapshot.ts";
import { readShadowTables } from "../schema/shadow-tables.ts";
import { withoutShadows } from "../schema/without-shadows.ts";
import { alteredTable, type ColumnChange, columnChange, columnNames } from "./altered-columns.ts";
import { type Bytecode, readBytecode } from "./bytecode.ts";
import { takesEveryRow } from "./conditions.ts";
import type { TableNames } from "./table-names.ts";
import { unseen } from "./unseen.ts";

/** What one statement would do, or why it cannot run. */
export interface Outcome {
	readonly effects: StatementEffects;
	/** What SQLite says of it, whether foreign keys are enforced or not. */
	readonly error?: unknown;
	/** What SQLite says of it when foreign keys are enforced alone. */
	readonly errorWithForeignKeys?: unknown;
	/** Messages with which it stops at rows of certain kinds, see `Bytecode.stops`. */
	readonly stops: readonly string[];
}

/** Statements that change the schema: they run on the clone, so that the next one finds what they made. */
const CHANGES_SCHEMA: ReadonlySet<string> = new Set(["CREATE", "ALTER", "DROP", "ANALYZE"]);

/** Returns the effects of a statement on a clone of the schema, and brings the clone to where it is after the statement. */
export function statementEffects(
	connection: SqliteConnection,
	statement: Statement,
	names: () => TableNames,
	isShown: (table: string) => boolean,
): Outcome {
	const known = unseen(statement);
	if (known !== undefined) return { effects: { ...none(statement), ...known }, stops: [] };
	const { sql, keyword } = statement;
	const readProgram = (): Bytecode => {
		const program = readBytecode(connection, sql, names());
		if (keyword === "ALTER" && program.asksModule) return withRowsChecked(program, alteredTable(sql));
		return keyword === "REINDEX" ? onlyIndexesWritten(program) : program;
	};
	const plain = attempt(readProgram);
	if (plain.value === undefined) return { effects: none(statement), error: plain.error, stops: [] };
	const enforced = withForeignKeys(connection, () => attempt(readProgram));
	const change = CHANGES_SCHEMA.has(keyword) ? attempt(() => applied(connection, sql)) : { value: NOTHING };
	if (change.value === undefined) return { effects: none(statement), error: change.error, stops: [] };
	const effects: StatementEffects = {
		...none(statement),
		...rowEffects(plain.value, enforced.value, isShown),
		...schemaEffects(change.value, isShown),
		everyRow: takesEveryRow(sql),
	};
	const { stops } = plain.value;
	return { effects, stops, ...(enforced.value === undefined && { errorWithForeignKeys: enforced.error }) };
}

function none({ sql, line, column }: Statement): StatementEffects {
	return {
		...{ line, column, sql: cutSql(sql) },
		...{
			reads: [],
			writes: [],
			removes: [],
			cascades: [],
			destroys: [],
			creates: [],
			drops: [],
			alters: [],
			renames: [],
		},
		...{ everyRow: false, checksForeignKeys: false },
	};
}

type Attempt<T> =
	| { readonly value: T; readonly error?: undefined }
	| { readonly value?: undefined; readonly error: unknown };

function attempt<T>(work: () => T): Attempt<T> {
	try {
		return { value: work() };
	} catch (error) {
		return { error };
	}
}

function withForeignKeys<T>(connection: SqliteConnection, work: () => T): T {
	connection.run("PRAGMA foreign_keys = 1");
	try {
		return work();
	} finally {
		connection.run("PRAGMA foreign_keys = 0");
	}
}

/** An index belongs to its table, and that of a table without rowids is the table; the rows stay as they are. */
function onlyIndexesWritten({ reads, writes, ...program }: Bytecode): Bytecode {
	return { ...program, reads: new Set([...reads, ...writes]), writes: new Set() };
}

/** A new CHECK or NOT NULL is tried on every row, by the module behind `PRAGMA quick_check`. */
function withRowsChecked(program: Bytecode, table: string | undefined): Bytecode {
	return table === undefined ? program : { ...program, reads: new Set([...program.reads, table]) };
}

function rowEffects(
	plain: Bytecode,
	enforced: Bytecode | undefined,
	isShown: (table: string) => boolean,
): Pick<StatementEffects, "reads" | "writes" | "removes" | "cascades" | "checksForeignKeys"> {
	// A table that is dropped is emptied first where foreign keys are enforced.
	const cascades = [...(enforced?.writes ?? [])].filter((name) => !plain.writes.has(name) && !plain.drops.has(name));
	return {
		reads: sorted([...plain.reads].filter((name) => !plain.writes.has(name) && isShown(name))),
		writes: sorted([...plain.writes].filter(isShown)),
		removes: sorted([...plain.removes].filter((name) => plain.writes.has(name) && isShown(name))),
		cascades: sorted(cascades.filter(isShown)),
		checksForeignKeys: enforced === undefined || enforced.mayViolate,
	};
}

function sorted(names: readonly string[]): readonly string[] {
	return [...names].sort();
}

interface AppliedChange extends SchemaChange {
	readonly columns: ColumnChange;
}

const NOTHING: AppliedChange = { ...UNCHANGED, columns: { creates: [], drops: [], renames: [] } };

function applied(connection: SqliteConnection, sql: string): AppliedChange {
	const before = readSchemaRows(connection);
	const shadows = readShadowTables(connection);
	const table = alteredTable(sql);
	const columns = table === undefined ? [] : columnNames(connection, table);
	connection.run(sql);
	const all = schemaChange(before, readSchemaRows(connection));
	const change = withoutShadows(all, shadows, readShadowTables(connection));
	const isThere = table !== undefined && change.renames.length === 0;
	return {
		...change,
		columns: isThere ? columnChange(table, columns, columnNames(connection, table)) : NOTHING.columns,
	};
}

function schemaEffects(
	{ creates, drops, alters, renames, columns }: AppliedChange,
	isShown: (table: string) => boolean,
): Pick<StatementEffects, "destroys" | "creates" | "drops" | "alters" | "renames"> {
	const shown = ({ name }: SchemaPart): boolean => isShown(name);
	const renamed: readonly RenamedPart[] = renames.filter(({ from }) => isShown(from));
	return {
		destroys: sorted(drops.filter(({ type, name }) => type === "table" && isShown(name)).map(({ name }) => name)),
		creates: [...creates.filter(shown), ...columns.creates],
		drops: [...drops.filter(({ type, name }) => type !== "table" && isShown(name)), ...columns.drops],
		alters: alters.filter(shown),
		renames: [...renamed, ...columns.renames],
	};
}
