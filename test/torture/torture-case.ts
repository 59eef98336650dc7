import type { SqliteFactory } from "@godwit/sqlite";
import { sqliteNative } from "@godwit/sqlite-native";
import { sqliteWasm } from "@godwit/sqlite-wasm";
import BetterSqlite3 from "better-sqlite3";
import type { SetName } from "./steps.ts";

export type BackendName = "sqlite-native" | "sqlite-wasm";
export type Direction = "up" | "down";

/** What a run does, and what the database is like before it. */
export interface TortureCase {
	/** The migrations. */
	readonly set: SetName;
	readonly backend: BackendName;
	readonly transaction: "atomic" | "no-transaction";
	readonly journal: "rollback" | "wal";
	readonly direction: Direction;
}

export const BACKEND_NAMES: readonly BackendName[] = ["sqlite-native", "sqlite-wasm"];

export const CASES: readonly TortureCase[] = BACKEND_NAMES.flatMap((backend) =>
	(["atomic", "no-transaction"] as const).flatMap((transaction) =>
		(["rollback", "wal"] as const).flatMap((journal) =>
			(["up", "down"] as const).map((direction) => ({
				set: "full" as const,
				backend,
				transaction,
				journal,
				direction,
			})),
		),
	),
);

export function caseName({ backend, transaction, journal, direction }: TortureCase): string {
	return `${backend} ${transaction} ${journal} ${direction}`;
}

export function backendOf(name: BackendName): Pick<SqliteFactory<never>, "open" | "breakLocks"> {
	return name === "sqlite-native" ? sqliteNative : sqliteWasm;
}

export function theOther(name: BackendName): BackendName {
	return name === "sqlite-native" ? "sqlite-wasm" : "sqlite-native";
}

export function urlOf(backend: BackendName, path: string, transaction: TortureCase["transaction"]): string {
	return `${backend}://${path}?x-no-tx-wrap=${transaction === "no-transaction"}`;
}

/** Makes an empty database in the journal mode; none at all for a rollback journal, which is the default. */
export function createDatabase(path: string, journal: TortureCase["journal"]): void {
	if (journal === "rollback") return;
	using database = openNatively(path);
	database.pragma("journal_mode = WAL");
}

/** The engine without godwit. */
export function openNatively(path: string): BetterSqlite3.Database & Disposable {
	const database = new BetterSqlite3(path, { timeout: 0 });
	return Object.assign(database, { [Symbol.dispose]: () => void database.close() });
}
