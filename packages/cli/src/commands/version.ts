import type { Command } from "../command-line/command.ts";
import { CommandError } from "../command-line/command-error.ts";
import { assertAtMost } from "../command-line/operands.ts";
import { json } from "../output/json/json.ts";

/** Go: versionCmd. */
export const version: Command = {
	arguments: "",
	help: "print the version that the database is at",
	guarded: false,
	flags: [],
	async run(invocation) {
		assertAtMost(0, invocation.line);
		const { runOnDatabase } = await import("../database/run-on-database.ts");
		return runOnDatabase(invocation, {
			source: "unread",
			async run(migrate) {
				const { version: current, dirty } = await migrate.version();
				if (invocation.line.is("json")) {
					invocation.print(json({ type: "version", version: current < 0n ? null : current, dirty }));
					return 0;
				}
				if (current < 0n && !dirty) throw new CommandError("no migration");
				invocation.print(`${current}${dirty ? " (dirty)" : ""}`);
				return 0;
			},
		});
	},
};
