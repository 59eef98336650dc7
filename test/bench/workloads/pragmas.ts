import { type BenchContext, emptyFolder, newDatabase } from "../bench-context.ts";
import { runCommand, runPeer } from "../child.ts";
import { runGo } from "../go-peer.ts";
import { FOREIGN_KEYS_OFF_AND_ON, writePairs } from "../migration-files.ts";
import type { Contender, Sample } from "../sample.ts";
import { onEither } from "../storage.ts";
import { timeTarget } from "../target.ts";
import type { Workload } from "../workload.ts";

const FILES_IN_PROCESS = 300;
const FILES_OF_COMMAND = 72;
const PRAGMAS = "`PRAGMA foreign_keys=OFF` before its statement and `ON` after it";

export const pragmasInProcess: Workload = {
	id: "h",
	title: "Files with PRAGMAs, in process",
	description: () =>
		`${FILES_IN_PROCESS} migrations up as in workload a, each with ${PRAGMAS}, in a transaction each, where SQLite ignores both.`,
	runs: 9,
	targets: [timeTarget("godwit native", "raw better-sqlite3", onEither(2))],
	remarks: ["godwit puts back what a file has set before the next file runs; raw and golang-migrate do not look."],
	async contenders(context) {
		const folder = emptyFolder(context, "pragmas-in-process");
		writePairs(folder, FILES_IN_PROCESS, FOREIGN_KEYS_OFF_AND_ON);
		const { main } = context.godwit;
		const tools = new Map<string, (file: string) => Promise<Sample>>([
			["raw better-sqlite3", (file) => runPeer("raw-native.ts", "up", "each", folder, file)],
			[
				"godwit native",
				(file) => runPeer("godwit.ts", main, "up", "each", `file://${folder}`, `sqlite-native://${file}`),
			],
			["raw node-sqlite3-wasm", (file) => runPeer("raw-wasm.ts", "up", "each", folder, file)],
			["godwit wasm", (file) => runPeer("godwit.ts", main, "up", "each", `file://${folder}`, `sqlite-wasm://${file}`)],
			[
				"golang-migrate sqlite3",
				(file) => runGo({ program: context.reference, folder, database: `sqlite3://${file}`, operation: "up" }),
			],
		]);
		return onNewDatabases(context, tools);
	},
};

export const pragmasAsCommand: Workload = {
	id: "i",
	title: "Files with PRAGMAs, as a command",
	description: () =>
		`\`up\` on a new database with ${FILES_OF_COMMAND} migrations as in workload a, from the start of the command to its end: each with ${PRAGMAS}, or the same files without. In transactions SQLite ignores the two; with \`x-no-tx-wrap=true\` they hold.`,
	runs: 15,
	targets: [
		timeTarget("godwit up", "godwit up, files without PRAGMAs", onEither(1.2)),
		timeTarget("godwit up, x-no-tx-wrap=true", "migrate up, x-no-tx-wrap=true", onEither(1.25)),
	],
	remarks: [
		"Without a transaction each file is three commits at the least: the dirty flag, the file's statement, and the flag again.",
	],
	async contenders(context) {
		const plain = emptyFolder(context, "pragmas-plain");
		writePairs(plain, FILES_OF_COMMAND);
		const folder = emptyFolder(context, "pragmas-as-command");
		writePairs(folder, FILES_OF_COMMAND, FOREIGN_KEYS_OFF_AND_ON);
		const up = (program: readonly [string, ...string[]], path: string, database: string): Promise<Sample> => {
			const [command, ...args] = program;
			return runCommand(command, [...args, "-path", path, "-database", database, "up"], { watchMemory: true });
		};
		const godwit = [process.execPath, context.godwit.bin] as const;
		const migrate = [context.migrate] as const;
		const tools = new Map<string, (file: string) => Promise<Sample>>([
			["godwit up, files without PRAGMAs", (file) => up(godwit, plain, `sqlite-native://${file}`)],
			["godwit up", (file) => up(godwit, folder, `sqlite-native://${file}`)],
			["migrate up", (file) => up(migrate, folder, `sqlite3://${file}`)],
			["godwit up, x-no-tx-wrap=true", (file) => up(godwit, folder, `sqlite-native://${file}?x-no-tx-wrap=true`)],
			["migrate up, x-no-tx-wrap=true", (file) => up(migrate, folder, `sqlite3://${file}?x-no-tx-wrap=true`)],
		]);
		return onNewDatabases(context, tools);
	},
};

function onNewDatabases(
	context: BenchContext,
	tools: ReadonlyMap<string, (file: string) => Promise<Sample>>,
): readonly Contender[] {
	return [...tools].map(
		([name, run]): Contender => ({ name, run: () => run(newDatabase(context, `pragmas ${name}`)) }),
	);
}
