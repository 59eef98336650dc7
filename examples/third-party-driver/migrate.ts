import { Migrate, register, registerSource } from "@godwit/core";
import { fileSource } from "@godwit/source-file";
import { jsonFile } from "./json-file.ts";
import { nodeSqlite } from "./node-sqlite.ts";

registerSource("file", fileSource);
register("node-sqlite", nodeSqlite);
register("json-file", jsonFile);

const [source, database, steps] = process.argv.slice(2);
if (source === undefined || database === undefined)
	throw new TypeError("usage: migrate.ts SOURCE-URL DATABASE-URL [STEPS]");

await using migrate = await Migrate.open(source, database);
const { applied, to } = steps === undefined ? await migrate.up() : await migrate.steps(Number(steps));
for (const { version, direction, identifier } of applied) console.log(`${version} ${direction} ${identifier}`);
console.log(`version ${to}`);
