import { existsSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import BetterSqlite3 from "better-sqlite3";
import { isMigrateError, Migrate, type MigrationState, type Policies, type StatusReport } from "godwit";
import { type FileChange, type GodwitRequest, type Turn, VERSIONS } from "./applied-sequence.ts";
import { claimOf } from "./claims.ts";
import { observe } from "./observe.ts";
import type { Place, Request, Tool } from "./tool.ts";

/** A database and its files, in the midst of both tools and a person. */
export interface SharedDatabase {
	/** Versions whose files are there. */
	readonly files: ReadonlySet<bigint>;
	/**
	 * @param isLeftBehind As `claimOf` takes it.
	 * @returns How it ended.
	 * @throws Error where godwit fails at, or refuses, what nothing explains.
	 */
	take(turn: Turn, isLeftBehind: (version: bigint) => boolean): Promise<string>;
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

/** States of which a person may say another thing, besides those that are a guess. */
const OPEN: ReadonlySet<MigrationState> = new Set(["unknown", "skipped", "pending", "out-of-order"]);

function failedAt(version: bigint): string {
	return `ERR_MIGRATION_FAILED at ${version}`;
}

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
			if (isMigrateError(error, "ERR_MIGRATION_FAILED")) return failedAt(error.details.version);
			return error.code;
		}
	}

	const status = (): Promise<StatusReport> => withGodwit({}, (migrate) => migrate.status());

	/** @throws Error when a migration failed that works, and of which it was certain whether it was applied. */
	async function certainly(isLeftBehind: (version: bigint) => boolean, work: () => Promise<string>): Promise<string> {
		const before = await status();
		const outcome = await work();
		const certain = before.migrations.filter(
			(migration) => claimOf(migration, isLeftBehind(migration.version))?.basis === "certain",
		);
		const wrong = certain.find(({ version }) => outcome === failedAt(version) && !files.broken.has(version));
		if (wrong === undefined) return outcome;
		throw new Error(`${outcome}, and status had called it ${wrong.state}`);
	}

	async function byGo(request: Request): Promise<string> {
		const opened = await go.open(place);
		if (opened.outcome !== "ok") return opened.outcome;
		const { outcome } = await go.perform(request);
		await go.close();
		return outcome;
	}

	/** As a person would who looks at the schema. */
	async function repair(cure: "skip" | "pending", pick: number): Promise<string> {
		const { dirty, migrations } = await status();
		const open = migrations.filter(
			({ version, state, guess }) => files.present.has(version) && (guess || OPEN.has(state)),
		);
		const version = picked(
			open.map((migration) => migration.version),
			pick,
		);
		if (version === undefined) return "nothing";
		const kind = tablesOf(place).has(version) ? "adopt" : cure;
		const outcome = await byGodwit({}, (migrate) => migrate.repair({ kind, version }));
		const doubtful = open.some((one) => one.version === version && (one.guess || one.state === "unknown"));
		if (doubtful && !dirty && outcome !== "ok") throw new Error(`${kind} ${version} is refused: ${outcome}`);
		return `${kind} ${version} ${outcome}`;
	}

	/** Says of the migration that status calls dirty, or of the first one, how it ended. */
	async function settle(): Promise<string> {
		const { migrations } = await status();
		const half = migrations.filter(({ state }) => state === "dirty").map(({ version }) => version);
		if (half.length > 1) throw new Error(`more than one is dirty: ${half}`);
		const version = half[0] ?? [...files.present].toSorted((a, b) => Number(a - b))[0];
		const ended = version !== undefined && tablesOf(place).has(version) ? "applied" : "reverted";
		return `${version} ${ended} ${await byGodwit({}, (migrate) => migrate.repair({ kind: "dirty", ended }))}`;
	}

	function byPerson({ change, pick }: Turn & { readonly by: "person" }): Promise<string> {
		if (change !== "settle" && change !== "skip" && change !== "pending") return files.change(change, pick);
		// There is nothing to repair, and none is made.
		if (!existsSync(place.database)) return Promise.resolve("nothing");
		return change === "settle" ? settle() : repair(change, pick);
	}

	for (const version of versions) await files.put(version);
	return {
		files: files.present,
		async take(turn, isLeftBehind) {
			if (turn.by === "person") return byPerson(turn);
			if (turn.request.kind === "force") fit(place, files.present, turn.request.version);
			if (turn.by === "golang-migrate") return byGo(turn.request);
			const { request, policies } = turn;
			return certainly(isLeftBehind, () => byGodwit(policies, (migrate) => perform(migrate, request)));
		},
		status,
	};
}

/** The versions whose tables are there. */
export function tablesOf({ database }: Place): ReadonlySet<bigint> {
	const names = observe(database).schema.map(([, name]) => name);
	return new Set(names.map((name) => BigInt(name.slice(1))));
}

interface ChangingFiles {
	readonly present: ReadonlySet<bigint>;
	/** Of those the versions that fail half-way. */
	readonly broken: ReadonlySet<bigint>;
	put(version: bigint): Promise<void>;
	/** @returns The version that was picked. */
	change(what: FileChange, pick: number): Promise<string>;
}

function changingFiles(folder: string): ChangingFiles {
	const present = new Set<bigint>();
	const broken = new Set<bigint>();
	let edits = 0;
	const up = (version: bigint): string => join(folder, `${version}_t.up.sql`);
	const down = (version: bigint): string => join(folder, `${version}_t.down.sql`);

	async function put(version: bigint): Promise<void> {
		present.add(version);
		await write(version, "x", "");
	}

	async function write(version: bigint, columns: string, suffix: string): Promise<void> {
		const before = suffix === "" ? "" : "-- godwit: no-transaction\n";
		await writeFile(up(version), `${before}CREATE TABLE t${version} (${columns})${suffix}`);
		await writeFile(down(version), `${before}DROP TABLE t${version}${suffix}`);
	}

	async function remove(version: bigint): Promise<void> {
		present.delete(version);
		broken.delete(version);
		await rm(up(version));
		await rm(down(version));
	}

	return {
		present,
		broken,
		put,
		async change(what, pick) {
			const there = what !== "put";
			const candidates = VERSIONS.filter((version) => present.has(version) === there);
			const version = picked(candidates, pick);
			if (version === undefined) return "nothing";
			if (what === "put") await put(version);
			else if (what === "delete") await remove(version);
			else {
				await write(version, `x, edited${++edits}`, what === "break" ? ";\nSELECT * FROM missing" : "");
				if (what === "break") broken.add(version);
				else broken.delete(version);
			}
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

async function perform(migrate: Migrate, request: GodwitRequest): Promise<unknown> {
	switch (request.kind) {
		case "redo":
			return migrate.redo(request.count);
		case "steps":
			return migrate.steps(request.count);
		case "migrate":
		case "force":
			return migrate[request.kind](request.version);
		default:
			return migrate[request.kind]();
	}
}
