import type { MigrationFiles } from "@godwit/core";

/**
 * The app's migrations, by file name, as part of its code: there is no folder to ship or to find at run time.
 *
 * With a bundler they stay `.sql` files, and this is one line:
 * `import.meta.glob("./migrations/*.sql", { query: "?raw", import: "default", eager: true })`.
 */
export const migrations: MigrationFiles = {
	"0001_create_notes.up.sql": `
		CREATE TABLE notes (
			id         INTEGER PRIMARY KEY,
			text       TEXT NOT NULL CHECK (text <> ''),
			created_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP
		) STRICT;

		INSERT INTO notes (text) VALUES ('Déjà vu? Write it down!');
	`,
	"0001_create_notes.down.sql": `
		DROP TABLE notes;
	`,

	// Every note gets an address. slug() is the app's own function, which SQL can call on the app's own connection.
	"0002_add_slugs.up.sql": `
		ALTER TABLE notes ADD COLUMN slug TEXT NOT NULL DEFAULT '';

		UPDATE notes SET slug = slug(text);
	`,
	"0002_add_slugs.down.sql": `
		ALTER TABLE notes DROP COLUMN slug;
	`,

	"0003_pin_notes.up.sql": `
		ALTER TABLE notes ADD COLUMN pinned INTEGER NOT NULL DEFAULT 0 CHECK (pinned IN (0, 1));

		UPDATE notes SET pinned = 1 WHERE id = 1;
	`,
	"0003_pin_notes.down.sql": `
		ALTER TABLE notes DROP COLUMN pinned;
	`,
};
