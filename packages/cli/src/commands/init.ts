import type { Command } from "../command-line/command.ts";
import { urlOfPath } from "../command-line/given-url.ts";
import { assertAtMost } from "../command-line/operands.ts";
import type { CommandLine } from "../command-line/read-command-line.ts";
import { UsageError } from "../command-line/usage-error.ts";
import { json } from "../output/json/json.ts";

const NEXT = `next: npx godwit create -ext sql -seq create_users
      write SQL into the two files
      npx godwit up`;

/** @throws UsageError for what is about a configuration that is there. */
function assertNoneChosen({ value }: CommandLine): void {
	const flag = ["config", "env", "env-file"].find((name) => value(name) !== undefined);
	if (flag !== undefined) throw new UsageError(`init makes a configuration and reads none; leave -${flag} out`);
}

/** Prepares a project for its first migration. */
export const init: Command = {
	arguments: "",
	help: "make a configuration and the folder of the migrations, and say what to type next",
	guarded: false,
	flags: [],
	unconfigured: true,
	async run({ line, print, terminal }) {
		assertAtMost(0, line);
		assertNoneChosen(line);
		const { initProject } = await import("../new-files/init-project.ts");
		const path = line.value("path");
		const source = line.value("source") ?? (path && urlOfPath(path));
		// Not the database of an environment variable: it counts before a configuration anyway, and may have a password.
		const request = { source, database: line.value("database") };
		const { created, kept } = await initProject(process.cwd(), request);
		if (line.is("json")) {
			print(json({ type: "created", files: created, kept }));
			return 0;
		}
		for (const path of created) print(path);
		for (const path of kept) terminal.line(`${path} was there, and is as it was`);
		terminal.line(NEXT);
		return 0;
	},
};
