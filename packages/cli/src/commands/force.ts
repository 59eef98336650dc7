import type { Command } from "../command-line/command.ts";
import { versionOf } from "../command-line/operands.ts";
import { json } from "../output/json/json.ts";

/** Go: forceCmd. */
export const force: Command = {
	arguments: "V",
	help: "record version V without running anything, and clear the dirty flag",
	guarded: true,
	flags: [],
	async run(invocation) {
		const target = versionOf(invocation.line, -1);
		const { runOnDatabase } = await import("../database/run-on-database.ts");
		return runOnDatabase(invocation, {
			source: "unread",
			stopping: "Stopping ...",
			async run(migrate) {
				await migrate.force(target);
				if (invocation.line.is("json")) invocation.print(json({ type: "result", version: target }));
				if (target < 0n) return 0;
				const { noteMissingVersion } = await import("../database/messages/note-missing-version.ts");
				await noteMissingVersion(invocation.settings, target, invocation.terminal);
				return 0;
			},
		});
	},
};
