import type { FileEffects, StatementEffects } from "@godwit/core";
import type { Connection } from "../sqlite/backends.ts";

/**
 * The rows and the definition of every table of the main database, by its name; with the b-tree, which stays when it is renamed.
 * The rows of a virtual table are also those of the tables in which it keeps them.
 */
type Contents = ReadonlyMap<string, { readonly root: unknown; readonly sql: unknown; readonly rows: string }>;

function contentsOf(connection: Connection): Contents {
	const tables = connection.all(
		`SELECT name, rootpage, sql, l.type FROM main.sqlite_schema AS s JOIN pragma_table_list AS l USING (name)
		WHERE s.type = 'table' AND l.schema = 'main' AND name NOT LIKE 'sqlite_%' ORDER BY name`,
	);
	const shadows = tables.filter(({ type }) => type === "shadow").map(({ name }) => String(name));
	const rowsOf = (name: string): readonly unknown[] => connection.all(`SELECT * FROM main."${name}"`);
	return new Map(
		tables
			.filter(({ type }) => type !== "shadow")
			.map(({ name, rootpage, sql, type }) => {
				const behind = type === "virtual" ? shadows.filter((shadow) => shadow.startsWith(`${name}_`)) : [];
				const rows = [String(name), ...behind].map(rowsOf);
				const text = JSON.stringify(rows, (_, value) => (typeof value === "bigint" ? `${value}n` : value));
				return [String(name), { root: rootpage, sql, rows: text }];
			}),
	);
}

/** What a statement did. */
export interface Truth {
	readonly error: string | undefined;
	/** Tables that are there still, under whatever name, with other rows or columns; by their names before. */
	readonly changed: readonly string[];
	/** Tables whose rows, columns and definition are as before, under the same name. */
	readonly same: readonly string[];
	readonly gone: readonly string[];
	readonly made: readonly string[];
}

/** Runs a statement and looks at all tables. What it did stays, unless it is to be undone or has failed. */
export function run(
	connection: Connection,
	sql: string,
	{ foreignKeys, stays }: { foreignKeys: boolean; stays: boolean },
): Truth {
	connection.exec(`PRAGMA foreign_keys = ${foreignKeys ? 1 : 0}`);
	const before = contentsOf(connection);
	connection.exec("SAVEPOINT one");
	const error = failureOf(() => connection.exec(sql));
	const after = contentsOf(connection);
	if (!stays || error !== undefined) connection.exec("ROLLBACK TO one");
	connection.exec("RELEASE one");
	connection.exec("PRAGMA foreign_keys = 0");
	const newName = (name: string): string | undefined => {
		if (after.has(name)) return name;
		const root = before.get(name)?.root;
		return root === 0n
			? undefined
			: [...after].find(([other, table]) => table.root === root && !before.has(other))?.[0];
	};
	const changed = [...before.keys()].filter((name) => {
		const now = newName(name);
		return now !== undefined && after.get(now)?.rows !== before.get(name)?.rows;
	});
	const renamed = new Set([...before.keys()].map(newName));
	return {
		error,
		changed,
		same: [...before]
			.filter(([name, { sql, rows }]) => after.get(name)?.sql === sql && after.get(name)?.rows === rows)
			.map(([name]) => name),
		gone: [...before.keys()].filter((name) => newName(name) === undefined),
		made: [...after.keys()].filter((name) => !renamed.has(name)),
	};
}

function failureOf(work: () => void): string | undefined {
	try {
		work();
		return undefined;
	} catch (error) {
		return (error as Error).message;
	}
}

/** What of the truth the effects do not name. */
export function missed(file: FileEffects, truth: Truth, foreignKeys: boolean): readonly string[] {
	const effects = file.statements[0];
	if (effects === undefined) return ["the statement"];
	const written = namedAsChanged(effects, foreignKeys);
	const left = [...effects.destroys, ...effects.renames.map(({ from }) => from)];
	const came = [...effects.creates.map(({ name }) => name), ...effects.renames.map(({ to }) => to)];
	return [
		...truth.changed.filter((name) => !written.includes(name)).map((name) => `${name} is changed`),
		...truth.gone.filter((name) => !left.includes(name)).map((name) => `${name} is gone`),
		...truth.made.filter((name) => !came.includes(name)).map((name) => `${name} is new`),
	];
}

/** The tables that a statement is said to change: their rows or their columns. */
export function namedAsChanged(effects: StatementEffects, foreignKeys: boolean): readonly string[] {
	const names = [
		...effects.writes,
		...(foreignKeys ? effects.cascades : []),
		...effects.alters.map(({ name }) => name),
	];
	return [...new Set(names)];
}
