import { type BenchContext, emptyFolder, newDatabase } from "../bench-context.ts";
import { runCommand, runPeer } from "../child.ts";
import { writePairs } from "../migration-files.ts";
import { timeBeyondStartTarget, timeTarget } from "../target.ts";
import type { Workload } from "../workload.ts";

function filesOf({ quick }: BenchContext): number {
	return quick ? 1000 : 10_000;
}

/** A version table that golang-migrate and godwit both take for up to date. */
async function upToDate(context: BenchContext, folder: string): Promise<string> {
	const file = newDatabase(context, "up to date");
	const env = { ...process.env, SQL_FILE: file };
	const last = filesOf(context) / 2;
	const script = `
		const database = new (require("better-sqlite3"))(process.env.SQL_FILE);
		database.exec("CREATE TABLE schema_migrations (version uint64, dirty bool); CREATE UNIQUE INDEX version_unique ON schema_migrations (version); INSERT INTO schema_migrations VALUES (${last}, 0)");
		database.close();`;
	await runCommand(process.execPath, ["-e", script], { cwd: import.meta.dirname, env });
	await runCommand(context.migrate, ["-path", folder, "-database", `sqlite3://${file}`, "version"]);
	return file;
}

export const nothingToDoInProcess: Workload = {
	id: "c",
	title: "Nothing to do, in process",
	description: (context) =>
		`\`Migrate.open\`, \`up\` and \`close\` with a database that is up to date and a folder of ${filesOf(context)} files, against \`readdir\` of that folder alone. "Again" is the median of 30 times in one process after 10 that do not count; "first" the first time in a process, with what it takes to load the driver.`,
	runs: 9,
	targets: [timeTarget("godwit native, again", "readdir, again", 2)],
	remarks: [],
	async contenders(context) {
		const folder = emptyFolder(context, "nothing-to-do");
		writePairs(folder, filesOf(context) / 2);
		const file = await upToDate(context, folder);
		const peer =
			(...args: readonly string[]) =>
			() =>
				runPeer("up-to-date.ts", ...args);
		const { main } = context.godwit;
		return [
			{ name: "readdir, again", run: peer("list", folder, "again") },
			{ name: "godwit native, again", run: peer(main, `file://${folder}`, `sqlite-native://${file}`, "again") },
			{ name: "godwit wasm, again", run: peer(main, `file://${folder}`, `sqlite-wasm://${file}`, "again") },
			{ name: "readdir, first", run: peer("list", folder, "first") },
			{ name: "godwit native, first", run: peer(main, `file://${folder}`, `sqlite-native://${file}`, "first") },
			{ name: "godwit wasm, first", run: peer(main, `file://${folder}`, `sqlite-wasm://${file}`, "first") },
		];
	},
};

export const nothingToDoCommand: Workload = {
	id: "c-command",
	title: "Nothing to do, as a command",
	description: (context) =>
		`\`up\` with a database that is up to date and a folder of ${filesOf(context)} files, from the start of the command to its end.`,
	runs: 11,
	targets: [timeBeyondStartTarget("godwit up, native", "node -e 0", "migrate up", 2)],
	remarks: [],
	async contenders(context) {
		const folder = emptyFolder(context, "nothing-to-do");
		writePairs(folder, filesOf(context) / 2);
		const file = await upToDate(context, folder);
		const node = (...args: readonly string[]) => runCommand(process.execPath, args, { watchMemory: true });
		const up = (scheme: string) => () =>
			node(context.godwit.bin, "-path", folder, "-database", `${scheme}://${file}`, "up");
		return [
			{ name: "node -e 0", run: () => node("-e", "0") },
			{
				name: "migrate up",
				run: () =>
					runCommand(context.migrate, ["-path", folder, "-database", `sqlite3://${file}`, "up"], { watchMemory: true }),
			},
			{ name: "godwit up, native", run: up("sqlite-native") },
			{ name: "godwit up, wasm", run: up("sqlite-wasm") },
		];
	},
};
