import { Migrate, type MigrationReport, memorySource } from "@godwit/core";
import { sqliteNative } from "@godwit/sqlite-native";
import BetterSqlite3, { type Database } from "better-sqlite3";
import { migrations } from "./migrations.ts";

/** The app's database, up to date, and what that took. */
export interface Notes {
	readonly database: Database;
	readonly report: MigrationReport;
}

/** Opens the app's database as it likes it, and migrates it through that very connection. */
export async function openNotes(path: string): Promise<Notes> {
	const database = new BetterSqlite3(path);
	try {
		database.pragma("foreign_keys = ON");
		database.function("slug", { deterministic: true }, (text) => slug(String(text)));
		// Ends the migration, not the connection: that stays open, its function and settings as they are here.
		await using migrate = await Migrate.open(memorySource(migrations), sqliteNative.withInstance(database));
		return { database, report: await migrate.up() };
	} catch (error) {
		database.close();
		throw error;
	}
}

/** `Déjà vu!` becomes `deja-vu`. */
export function slug(text: string): string {
	const letters = text.normalize("NFKD").replace(/\p{M}/gu, "");
	return (letters.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? ["note"]).join("-");
}
