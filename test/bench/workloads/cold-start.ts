import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { emptyFolder, newDatabase } from "../bench-context.ts";
import { runCommand } from "../child.ts";
import { timeTarget } from "../target.ts";
import type { Workload } from "../workload.ts";

export const coldStart: Workload = {
	id: "f",
	title: "Cold start of the command",
	description: () => "`godwit version` from the start of the command to its end, against Node.js that does nothing.",
	runs: 31,
	targets: [timeTarget("godwit version, native", "node -e 0", 1.45)],
	remarks: [
		"godwit uses V8's compile cache, which the round that is not counted has filled, as a user's first run does.",
	],
	async contenders(context) {
		const folder = emptyFolder(context, "cold-start");
		writeFileSync(join(folder, "1_notes.up.sql"), "CREATE TABLE notes (id INTEGER PRIMARY KEY);\n");
		const file = newDatabase(context, "cold start");
		await runCommand(context.migrate, ["-path", folder, "-database", `sqlite3://${file}`, "up"]);
		const node = (...args: readonly string[]) => runCommand(process.execPath, args, { watchMemory: true });
		const godwit = (...args: readonly string[]) => node(context.godwit.bin, "-path", folder, ...args);
		return [
			{ name: "node -e 0", run: () => node("-e", "0") },
			{ name: "godwit -version", run: () => godwit("-version") },
			{ name: "godwit version, native", run: () => godwit("-database", `sqlite-native://${file}`, "version") },
			{ name: "godwit version, wasm", run: () => godwit("-database", `sqlite-wasm://${file}`, "version") },
			{
				name: "migrate version",
				run: () =>
					runCommand(context.migrate, ["-path", folder, "-database", `sqlite3://${file}`, "version"], {
						watchMemory: true,
					}),
			},
		];
	},
};
