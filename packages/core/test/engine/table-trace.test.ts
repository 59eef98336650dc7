import { describe, expect, it } from "vitest";
import type { Schema } from "../../src/driver/schema.ts";
import type { FileEffects, StatementEffects } from "../../src/effects/effects.ts";
import { TableTrace } from "../../src/engine/rehearse/table-trace.ts";

const table = (name: string): Schema["tables"][number] => ({ name, columns: [], foreignKeys: [], uniques: [] });
const BEFORE: Schema = {
	version: 1n,
	dirty: false,
	objects: [],
	tables: [table("notes"), table("Tags"), table("a.b")],
};

function statement(effects: Partial<StatementEffects>): StatementEffects {
	return {
		...{ line: 1, column: 1, sql: "", everyRow: false, checksForeignKeys: false },
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
		...effects,
	};
}

function file(...statements: readonly Partial<StatementEffects>[]): FileEffects {
	const rest = { transaction: true, rounds: false, foreignKeys: false, findings: [], allows: [], fails: false };
	return { ...rest, statements: statements.map(statement) };
}

function traced(...files: readonly (FileEffects | undefined)[]): TableTrace {
	const trace = new TableTrace(BEFORE);
	for (const next of files) trace.add(next, "1_a.up.sql");
	return trace;
}

const made = (name: string): Partial<StatementEffects> => ({ creates: [{ type: "table", name }] });
const renamed = (from: string, to: string, type = "table"): Partial<StatementEffects> => ({
	renames: [{ type, from, to }],
});

describe("the trace of tables", () => {
	it("follows new names, and the table that takes the name of one that is gone", () => {
		const trace = traced(
			file(renamed("tags", "labels"), made("new_notes"), { destroys: ["notes"] }, renamed("new_notes", "notes")),
		);
		expect(["notes", "tags", "a.b", "unknown"].map((name) => trace.tableNow(name))).toEqual([
			...["notes", "labels", "a.b", "unknown"],
		]);
	});

	it("follows columns, also where names have dots, and those of a table with a new name", () => {
		const trace = traced(
			file(renamed("a.b.c.d", "a.b.e", "column"), renamed("notes", "n"), renamed("n.x", "n.y", "column")),
			file(renamed("n.y", "n.z", "column")),
		);
		expect([trace.columnNow("a.b", "c.d"), trace.columnNow("notes", "X"), trace.columnNow("notes", "q")]).toEqual([
			...["e", "z", "q"],
		]);
	});

	it("tells which statements can take rows away, under whatever name, and whether that is allowed", () => {
		const trace = traced(
			file(renamed("notes", "n"), { writes: ["n"] }, { line: 3, writes: ["n"], removes: ["n"], allows: ["lost-rows"] }),
			{ ...file({ line: 4, destroys: ["n"], cascades: ["tags"] }), allows: ["lost-rows"], foreignKeys: true },
			file({ line: 5, removes: ["notes"], writes: ["notes"], everyRow: true }),
		);
		expect(trace.taking("NOTES").map(({ line, whole, allowed }) => [line, whole, allowed])).toEqual([
			[3, false, true],
			[4, true, true],
			[5, true, false],
		]);
		expect(trace.taking("tags")).toMatchObject([{ line: 4, location: "1_a.up.sql" }]);
	});

	it.each<readonly [string, readonly (FileEffects | undefined)[], readonly string[]]>([
		["nothing", [file({ reads: ["notes"] }, made("new"))], ["notes", "Tags", "a.b"]],
		["a table that is written", [file({ writes: ["notes"] })], ["Tags", "a.b"]],
		["one that a foreign key writes", [{ ...file({ cascades: ["tags"] }), foreignKeys: true }], ["notes", "a.b"]],
		["one that a foreign key may write", [{ ...file({ cascades: ["tags"] }), transaction: false }], ["notes", "a.b"]],
		["all where no foreign key is enforced", [file({ cascades: ["tags"] })], ["notes", "Tags", "a.b"]],
		["one that is altered", [file({ alters: [{ type: "table", name: "notes" }] })], ["Tags", "a.b"]],
		["one that loses a column", [file({ drops: [{ type: "column", name: "a.b.c" }] })], ["notes", "Tags"]],
		["one that is written under a new name", [file(renamed("notes", "n"), { writes: ["n"] })], ["Tags", "a.b"]],
		["all, by a statement that is not known", [file({ unknown: "why" })], []],
		["all, by a file that is not known", [undefined], []],
		["all, by a file that fails where it is looked at", [{ ...file(), fails: true }], []],
	])("counts as touched %s", (_, files, untouched) => {
		const trace = traced(...files);
		expect(["notes", "Tags", "a.b"].filter((name) => trace.isUntouched(name))).toEqual(untouched);
	});
});
