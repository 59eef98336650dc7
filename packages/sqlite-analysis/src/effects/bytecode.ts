import type { SqliteConnection, SqlRow } from "@godwit/sqlite";
import type { TableNames } from "./table-names.ts";

/** What the program of a statement touches, with those of its triggers and foreign keys. */
export interface Bytecode {
	readonly reads: ReadonlySet<string>;
	readonly writes: ReadonlySet<string>;
	/** Tables that it drops. */
	readonly drops: ReadonlySet<string>;
	/** Tables of which it deletes every row without a look at them. */
	readonly clears: ReadonlySet<string>;
	/** Tables of which it takes rows away, also to put others in their place under another key. */
	readonly removes: ReadonlySet<string>;
	/**
	 * Whether it can violate a foreign key: it counts violations up, or stops at a row whose parent is missing. Counting them
	 * down alone, as for a new parent, violates none.
	 */
	readonly mayViolate: boolean;
	/** Whether it asks a module without a table, as `pragma_quick_check`. */
	readonly asksModule: boolean;
	/** Messages with which it stops, as at the first row of a table that has to be empty. */
	readonly stops: readonly string[];
}

/** `OPFLAG_P2ISREG`: the b-tree is one that the program itself makes. */
const ROOT_IS_NEW = 0x10n;

/** `OPFLAG_ISNOOP`: a hook hears of it, and the row stays. */
const ONLY_TOLD = 0x40n;

/** @see https://sqlite.org/rescode.html#constraint_foreignkey */
const FOREIGN_KEY_VIOLATED = 787n;

/**
 * Compiles a statement and reads its program; nothing of it runs. Not for a PRAGMA, which runs as it is compiled.
 *
 * @throws What SQLite says of a statement that it cannot compile.
 * @see https://sqlite.org/opcode.html
 */
export function readBytecode(connection: SqliteConnection, sql: string, names: TableNames): Bytecode {
	const reads = new Set<string>();
	const writes = new Set<string>();
	const drops = new Set<string>();
	const clears = new Set<string>();
	const stops: string[] = [];
	let mayViolate = false;
	let asksModule = false;
	const program = connection.query(`EXPLAIN ${sql}`);
	for (const row of program) {
		const [p1, p2, p3, p5] = [integer(row.p1), integer(row.p2), integer(row.p3), integer(row.p5)];
		switch (row.opcode) {
			case "OpenRead":
			case "ReopenIdx":
				reads.add(names.ofRoot(p3, p2));
				break;
			case "VOpen":
			case "VUpdate": {
				const table = names.ofPointer(String(row.p4));
				if (table === undefined) asksModule = true;
				else (row.opcode === "VOpen" ? reads : writes).add(table);
				break;
			}
			case "OpenWrite":
				if ((p5 & ROOT_IS_NEW) === 0n) for (const table of withOwner(names.ofRoot(p3, p2), names)) writes.add(table);
				break;
			case "Clear":
				for (const table of withOwner(names.ofRoot(p2, p1), names)) writes.add(table);
				clears.add(names.ofRoot(p2, p1));
				break;
			case "DropTable":
				drops.add(String(row.p4));
				break;
			case "Halt":
				if (p1 !== 0n) stops.push(...messagesOf(row, program));
				if (p1 === FOREIGN_KEY_VIOLATED) mayViolate = true;
				break;
			case "FkCounter":
				if (p2 > 0n) mayViolate = true;
				break;
			default:
		}
	}
	const removes = new Set([...clears, ...removedFrom(program, names)]);
	return { reads, writes, drops, clears, removes, mayViolate, asksModule, stops };
}

/** A cursor is known by its number, in the program of the statement or of one trigger. Each begins at address 0. */
function removedFrom(program: readonly SqlRow[], names: TableNames): readonly string[] {
	let opened = new Map<bigint, string>();
	const removed: string[] = [];
	for (const row of program) {
		if (integer(row.addr) === 0n) opened = new Map();
		const cursor = integer(row.p1);
		const isTable = row.opcode === "OpenWrite" && (integer(row.p5) & ROOT_IS_NEW) === 0n;
		if (isTable) opened.set(cursor, names.ofRoot(integer(row.p3), integer(row.p2)));
		const deletes = row.opcode === "Delete" && (integer(row.p2) & ONLY_TOLD) === 0n;
		const table = deletes ? opened.get(cursor) : undefined;
		if (table !== undefined) removed.push(table);
	}
	return removed;
}

/** The message is the program's own, or since SQLite 3.47 in a register that the program fills. */
function messagesOf({ p4, p3 }: SqlRow, program: readonly SqlRow[]): readonly string[] {
	if (typeof p4 === "string" && p4 !== "") return [p4];
	return program.filter(({ opcode, p2 }) => opcode === "String8" && p2 === p3).map((row) => String(row.p4));
}

/** What is written behind a virtual table is its rows. */
function withOwner(table: string, names: TableNames): readonly string[] {
	const owner = names.ownerOf(table);
	return owner === undefined ? [table] : [table, owner];
}

function integer(value: SqlRow[string] | undefined): bigint {
	return typeof value === "bigint" ? value : BigInt(Number(value ?? 0));
}
