import type { SqliteFactory } from "@godwit/sqlite-files";
import { sqliteNative } from "@godwit/sqlite-native";
import { sqliteNode } from "@godwit/sqlite-node";
import { sqliteWasm } from "@godwit/sqlite-wasm";
import BetterSqlite3 from "better-sqlite3";
import { nodeSqlite } from "../../examples/third-party-driver/node-sqlite.ts";
import type { SetName } from "./steps.ts";

/** The last one is a binding that is made as docs/drivers.md says, without a line of its own about locks. */
export type BackendName = "sqlite-native" | "sqlite-wasm" | "sqlite-node" | "node-sqlite";
export type Direction = "up" | "down";

/** What a run does, and what the database is like before it. */
export interface TortureCase {
	/** The migrations. */
	readonly set: SetName;
	readonly backend: BackendName;
	readonly transaction: "atomic" | "no-transaction";
	readonly journal: "rollback" | "wal";
	readonly direction: Direction;
	/** By what name the run knows the database. Default its own. */
	readonly through?: "link";
}

export const BACKEND_NAMES: readonly BackendName[] = ["sqlite-native", "sqlite-wasm"];

/** Two bindings to node:sqlite: the published one, and the one of the documentation. */
const NODE_BACKENDS: readonly BackendName[] = ["sqlite-node", "node-sqlite"];

export const ALL_BACKENDS: readonly BackendName[] = [...BACKEND_NAMES, ...NODE_BACKENDS];

export const CASES: readonly TortureCase[] = [
	...BACKEND_NAMES.flatMap((backend) =>
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
	),
	...NODE_BACKENDS.flatMap((backend) =>
		(["rollback", "wal"] as const).map((journal) => ({
			set: "full" as const,
			backend,
			transaction: "atomic" as const,
			journal,
			direction: "up" as const,
		})),
	),
];

/** Runs that write to a second file, and runs that reach the database through a link to a file that is not there yet. */
export const FURTHER_CASES: readonly TortureCase[] = BACKEND_NAMES.flatMap((backend) => {
	const plain = { set: "full", backend, transaction: "atomic", journal: "rollback", direction: "up" } as const;
	return [
		{ ...plain, set: "attaching" },
		{ ...plain, set: "attaching", direction: "down" },
		{ ...plain, through: "link" },
	];
});

export function caseName({ backend, transaction, journal, direction, set, through }: TortureCase): string {
	const special = [set === "attaching" ? "a second file" : "", through === undefined ? "" : "a dangling link"];
	return [backend, transaction, journal, direction, ...special].filter((word) => word !== "").join(" ");
}

export function backendOf(name: BackendName): Pick<SqliteFactory<never>, "open" | "breakLocks"> {
	return {
		"sqlite-native": sqliteNative,
		"sqlite-wasm": sqliteWasm,
		"sqlite-node": sqliteNode,
		"node-sqlite": nodeSqlite,
	}[name];
}

export function theOther(name: BackendName): BackendName {
	return name === "sqlite-wasm" ? "sqlite-native" : "sqlite-wasm";
}

export function urlOf(
	backend: BackendName,
	path: string,
	{ transaction, journal }: Pick<TortureCase, "transaction" | "journal">,
): string {
	// Nothing else has the file at that time.
	const alone = backend === "sqlite-wasm" && journal === "wal" ? "&x-wal=alone" : "";
	return `${backend}://${path}?x-no-tx-wrap=${transaction === "no-transaction"}${alone}`;
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
