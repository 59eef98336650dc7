import type { Command } from "../command-line/command.ts";
import { assertAtMost } from "../command-line/operands.ts";
import type { Question } from "../database/confirm.ts";
import { json } from "../output/json/json.ts";

const QUESTION: Question = {
	text: "Are you sure you want to drop the entire database schema?",
	yes: "Dropping the entire database schema",
	no: "Aborted dropping the entire database schema",
	flag: "-f",
};

/** Go: dropCmd. */
export const drop: Command = {
	arguments: "[-f]",
	help: "drop everything inside the database",
	guarded: true,
	flags: [{ name: "f", kind: "boolean", help: "do not ask" }],
	async run(invocation) {
		const { line } = invocation;
		assertAtMost(0, line);
		const { runOnDatabase } = await import("../database/run-on-database.ts");
		return runOnDatabase(invocation, {
			source: "unread",
			question: line.is("f") ? undefined : QUESTION,
			stopping: "Stopping, unless the drop has begun ...",
			async run(migrate) {
				await migrate.drop();
				if (line.is("json")) invocation.print(json({ type: "result" }));
				return 0;
			},
		});
	},
};
