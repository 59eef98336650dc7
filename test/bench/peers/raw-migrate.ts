import { migrationBodies } from "./migration-bodies.ts";

/** What both bindings offer of a database and of a prepared statement. */
interface RawDatabase<S extends { run(version?: number): unknown }> {
	exec(sql: string): unknown;
	prepare(sql: string): S;
}

/** Makes one transaction of each file and its version row, or one of all. @returns The statements that it prepared. */
export function rawMigrate<S extends { run(version?: number): unknown }>(
	database: RawDatabase<S>,
	folder: string,
	direction: string,
	transaction: string,
): readonly S[] {
	const each = transaction !== "all";
	database.exec("PRAGMA foreign_keys = OFF");
	database.exec("CREATE TABLE IF NOT EXISTS schema_migrations (version INTEGER PRIMARY KEY, dirty BOOLEAN NOT NULL)");
	const remove = database.prepare("DELETE FROM schema_migrations");
	const insert = database.prepare("INSERT INTO schema_migrations (version, dirty) VALUES (?, 0)");
	if (!each) database.exec("BEGIN IMMEDIATE");
	for (const { version, sql } of migrationBodies(folder, direction === "down" ? "down" : "up")) {
		if (each) database.exec("BEGIN IMMEDIATE");
		database.exec(sql);
		remove.run();
		insert.run(version);
		if (each) database.exec("COMMIT");
	}
	if (!each) database.exec("COMMIT");
	return [remove, insert];
}
