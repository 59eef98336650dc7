import type { TracedTables } from "../../driver/rehearsal.ts";
import type { Schema } from "../../driver/schema.ts";
import type { FileEffects, SchemaPart, StatementEffects } from "../../effects/effects.ts";
import type { Place } from "../../effects/place.ts";

/** A statement that can take rows of a table away. */
export interface TakingStatement extends Place {
	readonly location: string | undefined;
	/** Whether its table, or all rows, go with it, or rows of another table go along. */
	readonly whole: boolean;
	/** Whether it, or its file, may lose rows. */
	readonly allowed: boolean;
}

interface TracedTable {
	readonly name: string;
	/** The name that it had before all migrations; undefined for a new table. */
	readonly origin: string | undefined;
}

/**
 * Follows the tables of before through the statements of migrations, as far as these are known: what each is called afterwards, and
 * which statements can take rows of it away. A table that was made anew under the same name counts as the same one.
 */
export class TableTrace implements TracedTables {
	readonly #tables: Map<string, TracedTable>;
	/** By the table of before, the columns of before with their names now. */
	readonly #columns = new Map<string, Map<string, string>>();
	readonly #taking = new Map<string, TakingStatement[]>();
	/** Tables of before that a statement may have written or altered. */
	readonly #touched = new Set<string>();
	/** Whether it is known what every statement does. */
	#complete = true;

	constructor(before: Schema) {
		this.#tables = new Map(before.tables.map(({ name }) => [lower(name), { name, origin: name }]));
	}

	/** Takes the statements of the next file. @param file Undefined for one of which it is not known what it does. */
	add(file: FileEffects | undefined, location: string | undefined): void {
		if (file === undefined || file.fails) this.#complete = false;
		for (const statement of file?.statements ?? []) {
			if (statement.unknown !== undefined) this.#complete = false;
			const happening = cascading(file) ? statement : { ...statement, cascades: [] };
			this.#noteTaking(happening, file, location);
			this.#noteTouched(happening);
			this.#follow(happening);
		}
	}

	tableNow(table: string): string {
		const kept = [...this.#tables.values()].find(
			({ origin }) => origin !== undefined && lower(origin) === lower(table),
		);
		return kept?.name ?? table;
	}

	columnNow(table: string, column: string): string {
		return this.#columns.get(lower(table))?.get(lower(column)) ?? column;
	}

	isUntouched(table: string): boolean {
		return this.#complete && !this.#touched.has(lower(table));
	}

	/** The statements that can take rows of a table of before away, in their order. */
	taking(table: string): readonly TakingStatement[] {
		return this.#taking.get(lower(table)) ?? [];
	}

	#noteTaking(statement: StatementEffects, file: FileEffects | undefined, location: string | undefined): void {
		const { line, column, destroys, cascades, removes, everyRow } = statement;
		const allowed = [file?.allows, statement.allows].some((rules) => rules?.includes("lost-rows"));
		for (const table of new Set([...destroys, ...cascades, ...removes])) {
			const whole = everyRow || destroys.includes(table) || cascades.includes(table);
			// What a table is rebuilt in belongs to the table whose name it takes in the end.
			const origin = lower(this.#tables.get(lower(table))?.origin ?? table);
			this.#taking.set(origin, [...this.taking(origin), { line, column, location, whole, allowed }]);
		}
	}

	#noteTouched({ writes, cascades, destroys, alters, drops, renames }: StatementEffects): void {
		const columns = [...drops, ...renames.map(({ type, from }) => ({ type, name: from }))].filter(isColumn);
		const altered = alters.filter(({ type }) => type === "table").map(({ name }) => name);
		const names = [
			...writes,
			...cascades,
			...destroys,
			...altered,
			...columns.flatMap(({ name }) => this.#tableOf(name)),
		];
		for (const name of names) this.#touched.add(lower(this.#tables.get(lower(name))?.origin ?? name));
	}

	/** @param column `table.column`, and either name may have a dot in it. */
	#tableOf(column: string): readonly string[] {
		const names = [...this.#tables.values()].map(({ name }) => name);
		return names.filter((name) => lower(column).startsWith(`${lower(name)}.`));
	}

	#follow({ creates, destroys, renames }: StatementEffects): void {
		for (const table of destroys) this.#tables.delete(lower(table));
		for (const { type, from, to } of renames) {
			if (type === "table") this.#renameTable(from, to);
			else if (type === "column") this.#renameColumn(from, to);
		}
		for (const { type, name } of creates) {
			if (type === "table") this.#tables.set(lower(name), { name, origin: undefined });
		}
	}

	#renameTable(from: string, to: string): void {
		const table = this.#tables.get(lower(from));
		this.#tables.delete(lower(from));
		this.#tables.set(lower(to), { name: to, origin: table?.origin });
	}

	/** Both are `table.column`, and either name may have a dot in it. */
	#renameColumn(from: string, to: string): void {
		const table = [...this.#tables.values()].find(
			({ name }) => lower(from).startsWith(`${lower(name)}.`) && lower(to).startsWith(`${lower(name)}.`),
		);
		if (table?.origin === undefined) return;
		const [old, now] = [from.slice(table.name.length + 1), to.slice(table.name.length + 1)];
		const columns = this.#columns.get(lower(table.origin)) ?? new Map<string, string>();
		const first = [...columns].find(([, name]) => lower(name) === lower(old))?.[0] ?? lower(old);
		this.#columns.set(lower(table.origin), columns.set(first, now));
	}
}

/** In a transaction the enforcement of foreign keys stays as it is when it begins; outside of one a file can turn it on. */
function cascading(file: FileEffects | undefined): boolean {
	return file === undefined || file.foreignKeys || !file.transaction;
}

function isColumn({ type }: SchemaPart): boolean {
	return type === "column";
}

/** As SQLite folds names: ASCII letters alone. */
function lower(name: string): string {
	return name.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}
