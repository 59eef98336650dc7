import { DatabaseSync } from "node:sqlite";
import { isMigrateError } from "godwit";
import { bringUpToDate } from "./bring-up-to-date.ts";

const [path = "notes.db", ...words] = process.argv.slice(2);

/** What a person reads; an app with windows shows it in one, and ends. */
function explanation(error: unknown): string {
	if (isMigrateError(error, "ERR_DATABASE_NEWER")) {
		return "These notes were opened by a newer release of this app. Install that release; nothing was changed.";
	}
	if (isMigrateError(error, "ERR_MIGRATION_FAILED")) {
		return `This release could not convert your notes. They are as they were; go on with the release before.\n${error.message}`;
	}
	return `Your notes could not be opened: ${error instanceof Error ? error.message : error}`;
}

try {
	const { applied, to } = await bringUpToDate(path, new URL("./migrations", import.meta.url));
	console.log(`schema ${to}, ${applied.length} applied now`);
	openNotes();
} catch (error) {
	console.error(explanation(error));
	process.exitCode = 1;
}

function openNotes(): void {
	const database = new DatabaseSync(path);
	try {
		database.exec("PRAGMA journal_mode = WAL");
		if (words.length > 0) database.prepare("INSERT INTO notes (text) VALUES (?)").run(words.join(" "));
		for (const { text } of database.prepare("SELECT text FROM notes ORDER BY pinned DESC, id").all())
			console.log(`- ${text}`);
	} finally {
		database.close();
	}
}
