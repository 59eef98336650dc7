import BetterSqlite3 from "better-sqlite3";
import type { Steps } from "./steps.ts";
import type { Direction } from "./torture-case.ts";

/** The states that lead up or down through migrations, worked out by SQLite alone, without godwit. */
export interface Way {
	/** The version at which the way ends; -1 is no migration. */
	readonly end: number;
	/** The state of a clean database at a version. */
	clean(version: number): string;
	/**
	 * What is left to do of the migration that leads to a version, for a database that is in the midst of it;
	 * `undefined` when the state is none of its states.
	 */
	left(version: number, state: string): readonly string[] | undefined;
}

export function wayOf(steps: Steps, direction: Direction): Way {
	const clean = new Map<number, string>();
	const inside = new Map<number, { readonly states: readonly string[]; readonly statements: readonly string[] }>();
	const database = new BetterSqlite3(":memory:");
	database.pragma("foreign_keys = OFF");
	database.exec("ATTACH ':memory:' AS side");
	const go = (statements: readonly string[], target: number): void => {
		const states = [stateOf(database)];
		for (const statement of statements) {
			if (!statement.startsWith("ATTACH")) database.exec(statement);
			states.push(stateOf(database));
		}
		inside.set(target, { states, statements });
		clean.set(target, states.at(-1) ?? "");
	};
	clean.set(-1, stateOf(database));
	for (const [index, { up }] of steps.entries()) go(up, index + 1);
	if (direction === "down") {
		inside.clear();
		for (const [index, { down }] of [...steps.entries()].reverse()) go(down, index === 0 ? -1 : index);
	}
	database.close();
	return {
		end: direction === "up" ? steps.length : -1,
		clean(version) {
			const state = clean.get(version);
			if (state === undefined) throw new Error(`the way does not pass version ${version}`);
			return state;
		},
		left(version, state) {
			const migration = inside.get(version);
			const done = migration?.states.lastIndexOf(state) ?? -1;
			return done < 0 ? undefined : migration?.statements.slice(done);
		},
	};
}

/** Everything that migrations made of a database and of one attached as `side`, schema and rows, as one text to compare. */
export function stateOf(database: BetterSqlite3.Database): string {
	return ["main", "side"].flatMap((schema) => linesOf(database, schema)).join("\n");
}

function linesOf(database: BetterSqlite3.Database, schema: string): readonly string[] {
	const objects = database
		.prepare<[], { type: string; name: string }>(
			`SELECT type, name, sql FROM ${schema}.sqlite_schema WHERE tbl_name NOT LIKE 'schema_migrations%' ORDER BY name`,
		)
		.all();
	const lines = objects.map((object) => JSON.stringify(object));
	for (const { type, name } of objects) {
		if (type !== "table") continue;
		for (const row of database.prepare(`SELECT * FROM ${schema}."${name}" ORDER BY 1`).raw().all()) {
			lines.push(`${name}: ${JSON.stringify(row)}`);
		}
	}
	return lines;
}
