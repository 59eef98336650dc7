import assert from "node:assert/strict";
import type BetterSqlite3 from "better-sqlite3";
import { openNatively } from "./torture-case.ts";

/** What the history says, read without godwit. */
interface Said {
	/** Versions of which the last event says that they are applied. */
	readonly applied: ReadonlySet<number>;
	/** The version that began outside a transaction and did not end, of which the schema may have a part. */
	readonly underWay: number | undefined;
}

/** History and schema name the same versions, whenever a run came to its end. */
export function assertHistoryAgrees(path: string): void {
	using database = openNatively(path);
	const { applied, underWay } = readHistory(database);
	const made = readSchema(database);
	const settled = (versions: ReadonlySet<number>): readonly number[] =>
		[...versions].filter((version) => version !== underWay).sort((a, b) => a - b);
	assert.deepEqual(settled(made), settled(applied), "the schema has other versions than the history");
}

function readHistory(database: BetterSqlite3.Database): Said {
	const applied = new Set<number>();
	let underWay: number | undefined;
	if (!hasTable(database, "schema_migrations_history")) return { applied, underWay };
	const events = database.prepare<[], { op: string; version: number; direction: string | null }>(
		"SELECT op, version, direction FROM schema_migrations_history ORDER BY id",
	);
	for (const { op, version, direction } of events.all()) {
		underWay = op === "start" ? version : undefined;
		if (op === "force") {
			applied.clear();
			for (let below = 1; below <= version; below++) applied.add(below);
		} else if (op === "up" || (op === "settle" && direction === "up")) applied.add(version);
		else applied.delete(version);
	}
	return { applied, underWay };
}

/** The first migration makes the table `runs`, each later one notes there that it ran, and which way. */
function readSchema(database: BetterSqlite3.Database): ReadonlySet<number> {
	const made = new Set<number>();
	if (!hasTable(database, "runs")) return made;
	made.add(1);
	for (const { what } of database.prepare<[], { what: string }>("SELECT what FROM runs ORDER BY id").all()) {
		const [direction, version] = what.split(" ");
		if (direction === "up") made.add(Number(version));
		else made.delete(Number(version));
	}
	return made;
}

function hasTable(database: BetterSqlite3.Database, name: string): boolean {
	return database.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?").get(name) !== undefined;
}
