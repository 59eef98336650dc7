/** Prints the version of SQLite that the runtime's node:sqlite is. */
import { DatabaseSync } from "node:sqlite";

const database = new DatabaseSync(":memory:");
console.log(database.prepare("SELECT sqlite_version() AS version").get()?.version);
database.close();
