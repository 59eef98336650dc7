import type { Command } from "../command-line/command.ts";
import { CommandError } from "../command-line/command-error.ts";
import { assertAtMost } from "../command-line/operands.ts";
import type { CommandLine } from "../command-line/read-command-line.ts";
import type { Question } from "../database/confirm.ts";
import { json } from "../output/json/json.ts";

function questionAbout(file: string): Question {
	return {
		text: `Are you sure you want to replace everything in the database by ${file}?`,
		yes: `Restoring ${file}`,
		no: "Aborted the restore",
		flag: "-f",
	};
}

/** Replaces the database by a backup. */
export const restore: Command = {
	arguments: "FILE [-swap] [-f]",
	help: "replace the database by a backup",
	guarded: true,
	flags: [
		{ name: "swap", kind: "boolean", help: "put FILE in the place of the database, which no program may have open" },
		{ name: "f", kind: "boolean", help: "do not ask" },
	],
	async run(invocation) {
		const { line, print, settings, terminal } = invocation;
		const file = fileOf(line);
		const unasked = line.is("f");
		const { assertRestores } = await import("../database/schemes/assert-restores.ts");
		await assertRestores(settings);
		const { assertBackupFile } = await import("../database/assert-backup-file.ts");
		await assertBackupFile(file);
		const { runOnDatabase } = await import("../database/run-on-database.ts");
		return runOnDatabase(invocation, {
			source: "unread",
			question: unasked ? undefined : questionAbout(file),
			stopping: "Stopping, unless the restore has begun ...",
			async run(migrate) {
				const { version, dirty } = await migrate.restore(file, { swap: line.is("swap") });
				if (line.is("json")) print(json({ type: "result", file, version: version < 0n ? null : version, dirty }));
				const { restoredMessage } = await import("../database/messages/restored-message.ts");
				terminal.line(restoredMessage(file, { version, dirty }, await migrate.history()));
				return 0;
			},
		});
	},
};

/** @throws CommandError */
function fileOf(line: CommandLine): string {
	assertAtMost(1, line);
	const [file] = line.operands;
	if (file === undefined || file === "") throw new CommandError("please name the backup: restore FILE");
	return file;
}
