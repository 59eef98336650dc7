import fc from "fast-check";

/** Tables that refer to each other and their rows, and migrations that rebuild some and delete what they say. */
export interface RebuildScenario {
	readonly tables: readonly Table[];
	readonly migrations: readonly RebuildMigration[];
	/** Whether godwit opens the file, or works on the application's connection, where foreign keys are on. */
	readonly door: "url" | "instance";
	readonly transaction: "each" | "all";
}

/** The table `t0`, `t1` ... by its place in the scenario. */
interface Table {
	readonly references: readonly Reference[];
	readonly withoutRowid: boolean;
	/** What a trigger does after a delete: writes into `log`, or deletes the next table's row of the same id. */
	readonly onDelete: "nothing" | "log" | "sweep";
	readonly rows: readonly InitialRow[];
}

interface Reference {
	readonly parent: number;
	readonly action: string;
	readonly deferrable: boolean;
}

/** `points` are the ids in the columns of the references; an id that the parent does not have is a violation. */
interface InitialRow {
	readonly id: number;
	readonly points: readonly (number | null)[];
}

interface RebuildMigration {
	readonly steps: readonly Step[];
	readonly mode: "in a transaction" | "no-transaction";
	/** What the file itself says about foreign keys. */
	readonly says: "nothing" | "off, on" | "on" | "defer";
}

type Step =
	| { readonly kind: "rebuild"; readonly table: number; readonly legacy: boolean }
	| { readonly kind: "delete"; readonly table: number; readonly id: number };

/** What the database holds, in plain values: rows by id, with the number of rebuilds that they went through. */
export interface Contents {
	readonly tables: readonly ReadonlyMap<number, { readonly points: readonly (number | null)[]; rebuilt: number }>[];
	/** Table and id of each row whose deletion a trigger has seen. */
	readonly log: readonly string[];
}

const MAX_REFERENCES = 2;
const ACTIONS = ["CASCADE", "SET NULL", "SET DEFAULT", "RESTRICT", "NO ACTION", ""];
const anyId = fc.integer({ min: 1, max: 6 });

export const anyRebuildScenario: fc.Arbitrary<RebuildScenario> = fc.integer({ min: 2, max: 5 }).chain((count) => {
	const table = fc.nat({ max: count - 1 });
	return fc.record({
		tables: fc.array(
			fc.record({
				references: fc.array(
					fc.record({ parent: table, action: fc.constantFrom(...ACTIONS), deferrable: fc.boolean() }),
					{ maxLength: MAX_REFERENCES },
				),
				withoutRowid: fc.boolean(),
				onDelete: fc.constantFrom("nothing", "nothing", "log", "sweep"),
				rows: fc.uniqueArray(
					fc.record({
						id: anyId,
						points: fc.array(fc.option(anyId, { freq: 6 }), {
							minLength: MAX_REFERENCES,
							maxLength: MAX_REFERENCES,
						}),
					}),
					{ selector: ({ id }) => id, maxLength: 6 },
				),
			}),
			{ minLength: count, maxLength: count },
		),
		migrations: fc.array(
			fc.record({
				steps: fc.array(
					fc.oneof(
						{ weight: 3, arbitrary: fc.record({ kind: fc.constant("rebuild"), table, legacy: fc.boolean() }) },
						fc.record({ kind: fc.constant("delete"), table, id: anyId }),
					),
					{ minLength: 1, maxLength: 4 },
				),
				mode: fc.constantFrom("in a transaction", "no-transaction"),
				says: fc.constantFrom("nothing", "off, on", "on", "defer"),
			}),
			{ minLength: 1, maxLength: 3 },
		),
		door: fc.constantFrom("url", "instance"),
		transaction: fc.constantFrom("each", "all"),
	});
});

/** The SQL that makes the tables, with foreign keys off for rows that violate one. */
export function setUpSql({ tables }: RebuildScenario): string {
	const create = tables.map((table, index) => createTable(`t${index}`, table)).join("\n");
	const inserts = tables.flatMap(({ references, rows }, index) =>
		rows.map(({ id, points }) => {
			const values = [id, 0, ...points.slice(0, references.length).map((point) => point ?? "NULL")];
			return `INSERT INTO t${index} VALUES (${values.join(", ")});`;
		}),
	);
	const triggers = tables.map((_, index) => createTrigger(tables, index)).join("\n");
	return `PRAGMA foreign_keys=OFF; CREATE TABLE log (entry);\n${create}\n${inserts.join("\n")}\n${triggers}`;
}

/** Whether it can be one transaction with others. */
export function isWrapped({ mode }: RebuildMigration): boolean {
	return mode === "in a transaction";
}

export function migrationSql({ tables }: RebuildScenario, { steps, mode, says }: RebuildMigration): string {
	const work = steps.map((step) =>
		step.kind === "delete" ? `DELETE FROM t${step.table} WHERE id = ${step.id};` : rebuild(tables, step),
	);
	// Outside a transaction they would be on, and act: that is what the file then asks for.
	const switches = says === "off, on" || isWrapped({ steps, mode, says }) ? says : "nothing";
	return [
		...(mode === "no-transaction" ? ["-- godwit: no-transaction"] : []),
		...(switches === "off, on" ? ["PRAGMA foreign_keys=OFF;"] : []),
		...(switches === "on" ? ["PRAGMA foreign_keys=ON;"] : []),
		...(switches === "defer" ? ["PRAGMA defer_foreign_keys=ON;"] : []),
		...work,
		...(switches === "off, on" ? ["PRAGMA foreign_keys=ON;"] : []),
	].join("\n");
}

function createTable(name: string, { references, withoutRowid }: Table): string {
	const points = references.map(({ parent, action, deferrable }, index) => {
		const onDelete = action === "" ? "" : ` ON DELETE ${action}`;
		const later = deferrable ? " DEFERRABLE INITIALLY DEFERRED" : "";
		return `, p${index} INTEGER DEFAULT 1 REFERENCES t${parent}${onDelete}${later}`;
	});
	const columns = `id INTEGER PRIMARY KEY, rebuilt INTEGER NOT NULL${points.join("")}`;
	return `CREATE TABLE ${name} (${columns})${withoutRowid ? " WITHOUT ROWID" : ""};`;
}

function createTrigger(tables: readonly Table[], index: number): string {
	const action = tables[index]?.onDelete;
	if (action === undefined || action === "nothing" || (action === "sweep" && index + 1 === tables.length)) return "";
	const body =
		action === "log"
			? `INSERT INTO log VALUES ('t${index} ' || old.id);`
			: `DELETE FROM t${index + 1} WHERE id = old.id;`;
	return `CREATE TRIGGER after_t${index} AFTER DELETE ON t${index} BEGIN ${body} END;`;
}

/** @see https://sqlite.org/lang_altertable.html#otheralter */
function rebuild(tables: readonly Table[], { table, legacy }: Extract<Step, { kind: "rebuild" }>): string {
	const definition = tables[table];
	if (definition === undefined) return "";
	const points = definition.references.map((_, index) => `, p${index}`).join("");
	// A rename reads every trigger, and one that names the table while there is none makes it fail.
	const before = table - 1;
	const around = legacy ? "" : createTrigger(tables, before);
	return [
		around === "" ? "" : `DROP TRIGGER after_t${before};`,
		legacy ? "PRAGMA legacy_alter_table=ON;" : "",
		createTable(`new_t${table}`, definition),
		`INSERT INTO new_t${table} SELECT id, rebuilt + 1${points} FROM t${table};`,
		`DROP TABLE t${table};`,
		`ALTER TABLE new_t${table} RENAME TO t${table};`,
		legacy ? "PRAGMA legacy_alter_table=OFF;" : "",
		createTrigger(tables, table),
		around,
	].join("\n");
}

/** What there must be after the migrations: all that was there, but for what a DELETE and its triggers take. */
export function expectedContents({ tables, migrations }: RebuildScenario): Contents {
	const log: string[] = [];
	const contents = tables.map(({ references, rows }) => {
		return new Map(rows.map(({ id, points }) => [id, { points: points.slice(0, references.length), rebuilt: 0 }]));
	});
	function remove(table: number, id: number): void {
		if (!contents[table]?.delete(id)) return;
		const { onDelete } = tables[table] ?? {};
		if (onDelete === "log") log.push(`t${table} ${id}`);
		if (onDelete === "sweep") remove(table + 1, id);
	}
	for (const step of migrations.flatMap(({ steps }) => steps)) {
		if (step.kind === "delete") remove(step.table, step.id);
		else for (const row of contents[step.table]?.values() ?? []) row.rebuilt++;
	}
	return { tables: contents, log };
}

/** What `PRAGMA foreign_key_check` must say: a line for each reference to a row that is not there, sorted. */
export function expectedViolations({ tables }: RebuildScenario, contents: Contents): readonly string[] {
	const lines = contents.tables.flatMap((rows, table) =>
		[...rows].flatMap(([id, { points }]) =>
			points.flatMap((point, index) => {
				const parent = tables[table]?.references[index]?.parent ?? -1;
				if (point === null || contents.tables[parent]?.has(point)) return [];
				return [`t${table} ${tables[table]?.withoutRowid ? null : id} t${parent}`];
			}),
		),
	);
	return lines.sort();
}
