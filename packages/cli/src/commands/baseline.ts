import type { Command } from "../command-line/command.ts";
import { versionOf } from "../command-line/operands.ts";
import { json } from "../output/json/json.ts";

/** Begins with a database that has its tables already. */
export const baseline: Command = {
	arguments: "V [-force]",
	help: "say that a database without a version has what the migrations up to V make; nothing runs",
	guarded: true,
	flags: [{ name: "force", kind: "boolean", help: "do not compare the database with what the migrations make" }],
	async run(invocation) {
		const { line, print, terminal } = invocation;
		const version = versionOf(line, 0);
		const { runOnDatabase } = await import("../database/run-on-database.ts");
		return runOnDatabase(invocation, {
			source: "not empty",
			stopping: "Stopping ...",
			async run(migrate) {
				await migrate.baseline(version, { force: line.is("force") });
				if (line.is("json")) print(json({ type: "result", version }));
				else terminal.line(`recorded: the database begins at version ${version}`);
				return 0;
			},
		});
	},
};
