import type { Command } from "../command-line/command.ts";
import { placeFlags, placeOf } from "../command-line/flags/backup-flags.ts";
import { assertAtMost } from "../command-line/operands.ts";
import { sayBesides } from "../output/event-lines.ts";
import { json } from "../output/json/json.ts";

/** Copies the database, checked, to a file beside it. */
export const backup: Command = {
	arguments: "[-backup-dir DIR] [-keep N]",
	help: "copy the database to a file beside it, and check the copy",
	guarded: false,
	flags: placeFlags,
	async run(invocation) {
		const { line, print, terminal } = invocation;
		assertAtMost(0, line);
		const place = placeOf(line);
		if (place.directory !== undefined) {
			const { assertBackupFolder } = await import("../database/backup-folder.ts");
			await assertBackupFolder(place.directory);
		}
		const { runOnDatabase } = await import("../database/run-on-database.ts");
		return runOnDatabase(invocation, {
			source: "unread",
			async run(migrate) {
				const made = await migrate.backup(place);
				print(line.is("json") ? json({ type: "result", ...made }) : made.path);
				sayBesides(made, terminal);
				return 0;
			},
		});
	},
};
