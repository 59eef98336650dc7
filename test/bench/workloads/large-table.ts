import { copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type BenchContext, emptyFolder, newDatabase } from "../bench-context.ts";
import { runCommand, runPeer } from "../child.ts";
import { runGo } from "../go-peer.ts";
import type { Contender, Sample } from "../sample.ts";
import { timeTarget } from "../target.ts";
import type { Workload } from "../workload.ts";

const MIGRATIONS = {
	"1_add_column": "ALTER TABLE readings ADD COLUMN celsius REAL;\n",
	"2_backfill": "UPDATE readings SET celsius = (fahrenheit - 32) / 1.8;\n",
	"3_index": "CREATE INDEX readings_by_sensor ON readings (sensor, taken_at);\n",
	"4_rebuild": `CREATE TABLE readings_new (
	id INTEGER PRIMARY KEY,
	sensor INTEGER NOT NULL,
	taken_at INTEGER NOT NULL,
	celsius REAL NOT NULL CHECK (celsius > -274)
);
INSERT INTO readings_new SELECT id, sensor, taken_at, celsius FROM readings;
DROP TABLE readings;
ALTER TABLE readings_new RENAME TO readings;
CREATE INDEX readings_by_sensor ON readings (sensor, taken_at);
`,
};

async function makeTable(context: BenchContext): Promise<string> {
	const file = newDatabase(context, "large table");
	const script = `
		const database = new (require("better-sqlite3"))(process.env.SQL_FILE);
		database.exec(\`CREATE TABLE readings (id INTEGER PRIMARY KEY, sensor INTEGER NOT NULL, taken_at INTEGER NOT NULL, fahrenheit REAL NOT NULL);
			WITH RECURSIVE series (n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM series WHERE n < ${context.rows})
			INSERT INTO readings SELECT n, n * 7919 % 1000, 1700000000 + n, n * 31 % 1000 / 10.0 FROM series\`);
		database.close();`;
	await runCommand(process.execPath, ["-e", script], { cwd: import.meta.dirname, env: { SQL_FILE: file } });
	return file;
}

export const largeTable: Workload = {
	id: "e",
	title: "A large table",
	description: ({ rows }: BenchContext) =>
		`Four migrations on a table of ${rows.toLocaleString("en")} rows: add a column, fill it, index it, and rebuild the table.`,
	runs: 3,
	targets: [
		timeTarget("godwit native", "raw better-sqlite3", 1.03),
		timeTarget("godwit wasm", "golang-migrate ncruces", 1),
	],
	remarks: ["Each run works on a fresh copy of the database."],
	async contenders(context) {
		const folder = emptyFolder(context, "large-table");
		for (const [name, sql] of Object.entries(MIGRATIONS)) writeFileSync(join(folder, `${name}.up.sql`), sql);
		const table = await makeTable(context);
		const { main } = context.godwit;
		const godwit = (scheme: string) => (file: string) =>
			runPeer("godwit.ts", main, "up", "each", `file://${folder}`, `${scheme}://${file}`);
		const go = (scheme: string) => (file: string) =>
			runGo({ program: context.reference, folder, database: `${scheme}://${file}`, operation: "up" });
		const tools = new Map<string, (file: string) => Promise<Sample>>([
			["raw better-sqlite3", (file) => runPeer("raw-native.ts", "up", "each", folder, file)],
			["godwit native", godwit("sqlite-native")],
			["raw node-sqlite3-wasm", (file) => runPeer("raw-wasm.ts", "up", "each", folder, file)],
			["godwit wasm", godwit("sqlite-wasm")],
			["golang-migrate sqlite3", go("sqlite3")],
			["golang-migrate ncruces", go("ncruces-sqlite3")],
		]);
		return [...tools].map(
			([name, run]): Contender => ({
				name,
				run() {
					const copy = newDatabase(context, `table ${name}`);
					copyFileSync(table, copy);
					return run(copy);
				},
			}),
		);
	},
};
