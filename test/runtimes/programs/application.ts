/**
 * An application that has a database open through the SQLite of its runtime, and a transaction in it, while godwit reads the
 * version of that file by `sqlite://`. Prints how many locks the application has on the file before and after, as JSON.
 *
 * Any close of the file by another copy of SQLite in this process drops them.
 */
import { readFileSync, statSync } from "node:fs";
import { Migrate, memorySource, openDriver } from "godwit";

// Only Bun has the first, and types for neither are here.
const library = "Bun" in globalThis ? "bun:sqlite" : "node:sqlite";
const { Database, DatabaseSync } = await import(library);
const application = new (Database ?? DatabaseSync)("app.db");
application.exec("CREATE TABLE notes (id INTEGER PRIMARY KEY)");
application.exec("BEGIN IMMEDIATE");

const before = locks();
const migrate = new Migrate({ source: memorySource({}), driver: await openDriver("sqlite://app.db") });
await migrate.version();
await migrate.close();
console.log(JSON.stringify({ library, before, after: locks() }));
application.exec("ROLLBACK");
application.close();

function locks(): number {
	const file = `:${statSync("app.db").ino} `;
	return readFileSync("/proc/locks", "utf8")
		.split("\n")
		.filter((line) => line.includes(file)).length;
}
