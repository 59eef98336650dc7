/** An application on node-sqlite3-wasm, without godwit: it says "ready" in the midst of a large transaction, and waits. */
import { writeSync } from "node:fs";
import { createRequire } from "node:module";
import { CHANGE_ACCOUNTS } from "./accounts.ts";

const { Database } = createRequire(import.meta.url)("node-sqlite3-wasm") as typeof import("node-sqlite3-wasm");

const [path = ""] = process.argv.slice(2);
const database = new Database(path);
database.exec("BEGIN IMMEDIATE");
database.exec(CHANGE_ACCOUNTS);
writeSync(1, "ready");
setInterval(() => {}, 1_000_000);
