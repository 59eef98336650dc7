import { parseArgs } from "node:util";
import { openNotes } from "./open-notes.ts";

const { positionals } = parseArgs({ allowPositionals: true });
const [path = "notes.db", ...words] = positionals;

const { database, report } = await openNotes(path);
try {
	if (report.applied.length === 0) console.log(`schema ${report.to}, nothing to do`);
	for (const { version, identifier } of report.applied) console.log(`schema ${version}, ${identifier}`);

	if (words.length > 0) {
		const text = words.join(" ");
		database.prepare("INSERT INTO notes (text, slug) VALUES (?, slug(?))").run(text, text);
	}
	const notes = database.prepare<[], { text: string; slug: string; pinned: number }>(
		"SELECT text, slug, pinned FROM notes ORDER BY pinned DESC, id",
	);
	for (const { text, slug, pinned } of notes.all()) console.log(`${pinned === 1 ? "*" : "-"} ${text} (/${slug})`);
} finally {
	database.close();
}
