import type { SqliteConnection, SqlRow } from "../../connection/sqlite-connection.ts";
import { schemaTable } from "../../tables/schema-table.ts";

/** One table or index that a program opens. */
interface Opened {
	readonly opcode: "OpenRead" | "OpenWrite";
	readonly cursor: string;
	/** The b-tree, as `DATABASE:ROOT`. */
	readonly tree: string;
	/** Whether it is opened for a subquery that gives one value, or says whether there are rows. */
	readonly inSubquery: boolean;
}

/** What SQLite has compiled of a statement, without its triggers and, where they are off, its foreign keys. */
export interface StatementProgram {
	readonly opened: readonly Opened[];
	/** The b-trees to which its triggers write. */
	readonly writtenByTriggers: ReadonlySet<string>;
	/** How many times it reads each virtual table, by its pointer. */
	readonly virtualReads: ReadonlyMap<string, number>;
	/** The virtual table to which it writes. */
	readonly virtualTarget: string | undefined;
	/** Whether it computes an aggregate or a window function, not in a subquery as above. */
	readonly aggregates: boolean;
	/** Whether it stops after a number of rows, not in a subquery as above. */
	readonly limits: boolean;
}

/** `OPFLAG_P2ISREG`: the b-tree is one that the program itself makes. */
const ROOT_IS_NEW = 0x10n;

/**
 * Compiles a statement; nothing of it runs.
 *
 * @throws What SQLite says of a statement that it cannot compile.
 * @see https://sqlite.org/opcode.html
 */
export function statementProgram(connection: SqliteConnection, sql: string): StatementProgram {
	const all = connection.query(`EXPLAIN ${sql}`);
	// The programs of triggers come after the statement's own. Each begins at address 0.
	const second = all.findIndex(({ addr }, index) => index > 0 && Number(addr) === 0);
	const own = second === -1 ? all : all.slice(0, second);
	const triggers = second === -1 ? [] : all.slice(second);
	const isInside = subqueries(own);
	const outside = own.filter((_, at) => !isInside(at));
	const virtual = own.filter(({ opcode }) => opcode === "VOpen").map(({ p4 }) => String(p4));
	const update = own.find(({ opcode }) => opcode === "VUpdate");
	return {
		opened: own.flatMap((row, at) => opened(row, isInside(at))),
		writtenByTriggers: new Set(
			triggers
				.flatMap((row) => opened(row, false))
				.flatMap(({ opcode, tree }) => (opcode === "OpenWrite" ? [tree] : [])),
		),
		virtualReads: new Map(virtual.map((pointer) => [pointer, virtual.filter((one) => one === pointer).length])),
		virtualTarget: update === undefined ? undefined : String(update.p4),
		aggregates: outside.some(({ opcode }) => /^(?:Agg|Count$)/.test(String(opcode))),
		limits: outside.some(({ opcode }) => opcode === "DecrJumpZero"),
	};
}

function opened({ opcode, p1, p2, p3, p5 }: SqlRow, inSubquery: boolean): readonly Opened[] {
	if (opcode !== "OpenRead" && opcode !== "OpenWrite") return [];
	if ((BigInt(Number(p5)) & ROOT_IS_NEW) !== 0n) return [];
	return [{ opcode, cursor: String(p1), tree: `${p3}:${p2}`, inSubquery }];
}

/** A subquery begins with BeginSubrtn, whose register the Return at its end names. */
function subqueries(program: readonly SqlRow[]): (at: number) => boolean {
	const ranges = program.flatMap(({ opcode, p2 }, from) => {
		if (opcode !== "BeginSubrtn") return [];
		const to = program.findIndex((row, at) => at > from && row.opcode === "Return" && row.p1 === p2);
		return [{ from, to }];
	});
	return (at) => ranges.some(({ from, to }) => from < at && at < to);
}

/** A table with its indexes. */
export interface TableTrees {
	readonly name: string;
	/** The b-tree of its rows. */
	readonly rows: string;
	/** The b-trees of its rows and of its indexes. */
	readonly all: ReadonlySet<string>;
	readonly indexes: readonly string[];
}

/** Returns the tables whose rows or indexes are in these b-trees. */
export function tablesOf(connection: SqliteConnection, trees: ReadonlySet<string>): readonly TableTrees[] {
	return connection.query("PRAGMA database_list").flatMap(({ seq, name }) => {
		const rows = connection.query(
			`SELECT type AS type, name AS name, tbl_name AS tbl_name, rootpage AS rootpage FROM ${schemaTable(String(name))} WHERE rootpage > 0`,
		);
		const touched = new Set(rows.filter(({ rootpage }) => trees.has(`${seq}:${rootpage}`)).map((row) => row.tbl_name));
		return rows
			.filter(({ type, name: table }) => type === "table" && touched.has(table))
			.map((table): TableTrees => {
				const family = rows.filter(({ tbl_name }) => tbl_name === table.name);
				return {
					name: String(table.name),
					rows: `${seq}:${table.rootpage}`,
					all: new Set(family.map(({ rootpage }) => `${seq}:${rootpage}`)),
					indexes: family.filter(({ type }) => type === "index").map((index) => String(index.name)),
				};
			});
	});
}
