import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import BetterSqlite3 from "better-sqlite3";
import { isMigrateError, Migrate, type Policies, type StatusReport } from "godwit";
import { type Turn, VERSIONS } from "./applied-sequence.ts";
import { observe } from "./observe.ts";
import type { Place, Request, Tool } from "./tool.ts";

/** A database and its files, in the midst of both tools and a person. */
export interface SharedDatabase {
	/** Versions whose files are there. */
	readonly files: ReadonlySet<bigint>;
	/** @returns How it ended. */
	take(turn: Turn): Promise<string>;
	status(): Promise<StatusReport>;
}

export interface SharedDatabaseOptions {
	readonly place: Place;
	readonly go: Tool;
	readonly scheme: string;
	/** Of the files that are there at first. */
	readonly versions: readonly bigint[];
}

/** Why godwit may refuse, or fail at what it has only guessed: what it is certain of is held against the schema before. */
const REFUSALS: ReadonlySet<string> = new Set([
	"ERR_OUT_OF_ORDER",
	"ERR_CHANGED",
	"ERR_DATABASE_NEWER",
	"ERR_HISTORY_UNKNOWN",
	"ERR_VERSION_NOT_FOUND",
	"ERR_IRREVERSIBLE",
	"ERR_NO_MIGRATIONS",
	"ERR_DIRTY",
	"ERR_REPAIR",
	"ERR_MIGRATION_FAILED",
]);

export async function sharedDatabase({ place, go, scheme, versions }: SharedDatabaseOptions): Promise<SharedDatabase> {
	const files = changingFiles(place.migrations);

	async function withGodwit<T>(policies: Policies, work: (migrate: Migrate) => Promise<T>): Promise<T> {
		const url = `${scheme}://${place.database}?x-synchronous=off`;
		await using migrate = await Migrate.open(`file://${place.migrations}`, url, policies);
		return await work(migrate);
	}

	async function byGodwit(policies: Policies, work: (migrate: Migrate) => Promise<unknown>): Promise<string> {
		try {
			await withGodwit(policies, work);
			return "ok";
		} catch (error) {
			if (!isMigrateError(error) || !REFUSALS.has(error.code)) throw error;
			return error.code;
		}
	}

	async function byGo(request: Request): Promise<string> {
		const opened = await go.open(place);
		if (opened.outcome !== "ok") return opened.outcome;
		const { outcome } = await go.perform(request);
		await go.close();
		return outcome;
	}

	/** As a person would who looks at the schema. */
	async function repair(pick: number): Promise<string> {
		const { migrations } = await withGodwit({}, (migrate) => migrate.status());
		const unknown = migrations.filter(({ state }) => state === "unknown").map(({ version }) => version);
		const version = picked(unknown, pick);
		if (version === undefined) return "nothing";
		const kind = tablesOf(place).has(version) ? "adopt" : "skip";
		return `${kind} ${version} ${await byGodwit({}, (migrate) => migrate.repair({ kind, version }))}`;
	}

	for (const version of versions) await files.put(version);
	return {
		files: files.present,
		async take(turn) {
			if (turn.by === "person")
				return turn.change === "repair" ? repair(turn.pick) : files.change(turn.change, turn.pick);
			if (turn.request.kind === "force") fit(place, files.present, turn.request.version);
			if (turn.by === "golang-migrate") return byGo(turn.request);
			return byGodwit(turn.policies, (migrate) => perform(migrate, turn.request));
		},
		status: () => withGodwit({}, (migrate) => migrate.status()),
	};
}

/** The versions whose tables are there. */
export function tablesOf({ database }: Place): ReadonlySet<bigint> {
	const names = observe(database).schema.map(([, name]) => name);
	return new Set(names.map((name) => BigInt(name.slice(1))));
}

interface ChangingFiles {
	readonly present: ReadonlySet<bigint>;
	put(version: bigint): Promise<void>;
	/** @returns The version that was picked. */
	change(what: "put" | "edit" | "delete", pick: number): Promise<string>;
}

function changingFiles(folder: string): ChangingFiles {
	const present = new Set<bigint>();
	let edits = 0;
	const up = (version: bigint): string => join(folder, `${version}_t.up.sql`);
	const down = (version: bigint): string => join(folder, `${version}_t.down.sql`);

	async function put(version: bigint): Promise<void> {
		present.add(version);
		await writeFile(up(version), createTable(version));
		await writeFile(down(version), `DROP TABLE t${version}`);
	}

	async function remove(version: bigint): Promise<void> {
		present.delete(version);
		await rm(up(version));
		await rm(down(version));
	}

	return {
		present,
		put,
		async change(what, pick) {
			const there = what !== "put";
			const candidates = VERSIONS.filter((version) => present.has(version) === there);
			const version = picked(candidates, pick);
			if (version === undefined) return "nothing";
			if (what === "put") await put(version);
			else if (what === "delete") await remove(version);
			else await writeFile(up(version), `CREATE TABLE t${version} (x, edited${++edits})`);
			return String(version);
		},
	};
}

/** Who forces a version has made the schema that of the version, by the files that are there. */
function fit(place: Place, files: ReadonlySet<bigint>, version: bigint): void {
	const tables = tablesOf(place);
	const database = new BetterSqlite3(place.database);
	for (const one of VERSIONS) {
		if (one > version && tables.has(one)) database.exec(`DROP TABLE t${one}`);
		if (one <= version && files.has(one) && !tables.has(one)) database.exec(createTable(one));
	}
	database.close();
}

function createTable(version: bigint): string {
	return `CREATE TABLE t${version} (x)`;
}

function picked(versions: readonly bigint[], pick: number): bigint | undefined {
	return versions[pick % versions.length];
}

async function perform(migrate: Migrate, request: Request): Promise<unknown> {
	switch (request.kind) {
		case "steps":
			return migrate.steps(request.count);
		case "migrate":
		case "force":
			return migrate[request.kind](request.version);
		default:
			return migrate[request.kind]();
	}
}
