import { closeSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { type BenchContext, emptyFolder, newDatabase } from "../bench-context.ts";
import { runCommand, runPeer } from "../child.ts";
import { runGo } from "../go-peer.ts";
import { memoryTarget, timeTarget } from "../target.ts";
import type { Workload } from "../workload.ts";

const STATEMENTS_AT_ONCE = 5000;

/** About 118 bytes a statement, some with a doubled quote. */
function writeInserts(path: string, megabytes: number): void {
	const file = openSync(path, "w");
	writeSync(
		file,
		"CREATE TABLE events (id INTEGER PRIMARY KEY, kind TEXT NOT NULL, amount REAL NOT NULL, note TEXT NOT NULL);\n",
	);
	for (let id = 0, bytes = 0; bytes < megabytes * 1e6; ) {
		let text = "";
		for (let count = 0; count < STATEMENTS_AT_ONCE; count++) {
			id++;
			const note = `it''s note ${id}: ${"lorem ipsum ".repeat(id % 4)}`;
			text += `INSERT INTO events (id, kind, amount, note) VALUES (${id}, 'kind-${id % 7}', ${((id * 37) % 10_007) / 100}, '${note}');\n`;
		}
		bytes += writeSync(file, text);
	}
	closeSync(file);
}

export const largeFile: Workload = {
	id: "d",
	title: "One large file of INSERT statements",
	description: ({ megabytes }: BenchContext) =>
		`One migration of ${megabytes} MB, one INSERT statement a line, on a new database. The sqlite3 shell reads the same file between BEGIN IMMEDIATE and COMMIT, and is measured as a command.`,
	runs: 3,
	targets: [
		timeTarget("godwit native", "sqlite3 shell", 1.25),
		memoryTarget("godwit native", 200),
		timeTarget("godwit wasm, a fifth", "golang-migrate ncruces, a fifth", 1),
	],
	remarks: [
		"The memory that ncruces gives SQLite is too small for the whole file, so the two in WebAssembly are compared on a file of a fifth of its size.",
		"golang-migrate's sqlite3 driver copies what is left of the file for each statement, so its time grows with the square of the size. It is stopped when it has taken ten minutes (one with --quick), once, for its memory.",
	],
	async contenders(context) {
		const folder = emptyFolder(context, "large-file");
		const path = join(folder, "1_events.up.sql");
		writeInserts(path, context.megabytes);
		const fifth = emptyFolder(context, "large-file-fifth");
		writeInserts(join(fifth, "1_events.up.sql"), context.megabytes / 5);
		const go = (scheme: string, from: string, limitMs?: number) => () =>
			runGo({
				program: context.reference,
				folder: from,
				database: `${scheme}://${newDatabase(context, `large ${scheme}`)}`,
				operation: "up",
				...(limitMs !== undefined && { limitMs }),
			});
		const godwit = (scheme: string, from: string) => () => {
			const database = `${scheme}://${newDatabase(context, `large godwit ${scheme}`)}`;
			return runPeer("godwit.ts", context.godwit.main, "up", "each", `file://${from}`, database);
		};
		return [
			{
				name: "sqlite3 shell",
				run: () =>
					runCommand("sqlite3", ["-batch", newDatabase(context, "large shell")], {
						input: `BEGIN IMMEDIATE;\n.read ${path}\nCOMMIT;\n`,
						watchMemory: true,
					}),
			},
			{ name: "godwit native", run: godwit("sqlite-native", folder) },
			{ name: "godwit wasm", run: godwit("sqlite-wasm", folder) },
			{ name: "golang-migrate ncruces", run: go("ncruces-sqlite3", folder), once: true },
			{ name: "golang-migrate sqlite3", run: go("sqlite3", folder, context.quick ? 60_000 : 600_000), once: true },
			{ name: "godwit wasm, a fifth", run: godwit("sqlite-wasm", fifth) },
			{ name: "golang-migrate ncruces, a fifth", run: go("ncruces-sqlite3", fifth) },
		];
	},
};
