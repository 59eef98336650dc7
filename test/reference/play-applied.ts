import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import BetterSqlite3 from "better-sqlite3";
import { isMigrateError, Migrate, type Policies, type StatusReport } from "godwit";
import { type AppliedSequence, type Turn, turnText, VERSIONS } from "./applied-sequence.ts";
import { type Claim, claimOf } from "./claims.ts";
import { observe } from "./observe.ts";
import type { Place, Request, Tool } from "./tool.ts";

/** In memory where that exists: durability is not compared. */
const PARENT = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();

/** How many claims of each basis were looked at, and how many of them were wrong. */
export type Tally = Record<Claim["basis"], { right: number; wrong: number }> & { open: number };

/** Why godwit may refuse, or fail at what it has only guessed. */
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

/**
 * Plays a sequence on one database, and holds godwit's status against the schema after each turn.
 *
 * @throws Error when a claim that is certain is wrong, or godwit fails in a way that nothing explains.
 */
export async function playApplied(sequence: AppliedSequence, go: Tool, scheme: string, tally: Tally): Promise<void> {
	const folder = await mkdtemp(join(PARENT, "godwit-applied-"));
	const log = [`files ${sequence.versions.join(" ")}`];
	try {
		const place = { migrations: join(folder, "migrations"), database: join(folder, "app.db") };
		await mkdir(place.migrations);
		const table = await sharedTable(place, go, scheme, sequence.versions);
		const leftBehind = new Set<bigint>();
		for (const turn of sequence.turns) {
			const begun = hasHistory(place);
			log.push(`${turnText(turn)}: ${await table.take(turn)}`);
			const [status, tables] = [await table.status(), tablesOf(place)];
			for (const version of VERSIONS) {
				if (!tables.has(version)) leftBehind.delete(version);
				else if (!table.files.has(version) && (version > status.version || !begun)) leftBehind.add(version);
			}
			log.push(`  ${compare(status, tables, leftBehind, tally)}`);
		}
	} catch (error) {
		throw new Error(`${log.join("\n")}\n${(error as Error).message}`, { cause: error });
	} finally {
		await go.close();
		await rm(folder, { recursive: true });
	}
}

function tablesOf({ database }: Place): ReadonlySet<bigint> {
	const names = observe(database).schema.map(([, name]) => name);
	return new Set(names.map((name) => BigInt(name.slice(1))));
}

/** Whether godwit has written any event yet: what it finds below the version then is all that it will know of. */
function hasHistory({ database: path }: Place): boolean {
	if (!existsSync(path)) return false;
	const database = new BetterSqlite3(path, { readonly: true });
	try {
		const table = database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'schema_migrations_history'").get();
		return table !== undefined && database.prepare("SELECT 1 FROM schema_migrations_history").get() !== undefined;
	} finally {
		database.close();
	}
}

/** @returns What the status says, for a person who has to find out what went wrong. */
function compare(
	status: StatusReport,
	tables: ReadonlySet<bigint>,
	leftBehind: ReadonlySet<bigint>,
	tally: Tally,
): string {
	const says = status.migrations.map(({ version, state, guess }) => `${version} ${state}${guess ? "?" : ""}`);
	const text = `at ${status.version}${status.dirty ? " dirty" : ""}; tables ${[...tables]}; status ${says.join(", ")}`;
	for (const migration of status.migrations) {
		const claim = claimOf(migration, leftBehind.has(migration.version));
		if (claim === undefined) {
			tally.open++;
			continue;
		}
		const right = claim.applied === tables.has(migration.version);
		tally[claim.basis][right ? "right" : "wrong"]++;
		if (claim.basis === "certain" && !right) throw new Error(`wrong about ${migration.version}: ${text}`);
	}
	return text;
}

interface SharedTable {
	/** Versions whose files are there. */
	readonly files: ReadonlySet<bigint>;
	/** @returns How it ended. */
	take(turn: Turn): Promise<string>;
	status(): Promise<StatusReport>;
}

/** The database and the files in the midst of all who change them. */
async function sharedTable(place: Place, go: Tool, scheme: string, versions: readonly bigint[]): Promise<SharedTable> {
	const present = new Set<bigint>();
	let edits = 0;
	const up = (version: bigint): string => join(place.migrations, `${version}_t.up.sql`);
	const down = (version: bigint): string => join(place.migrations, `${version}_t.down.sql`);

	async function put(version: bigint): Promise<void> {
		present.add(version);
		await writeFile(up(version), createTable(version));
		await writeFile(down(version), `DROP TABLE t${version}`);
	}

	async function change(version: bigint, what: "edit" | "delete"): Promise<void> {
		if (what === "edit") return writeFile(up(version), `CREATE TABLE t${version} (x, edited${++edits})`);
		present.delete(version);
		await rm(up(version));
		await rm(down(version));
	}

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

	async function byPerson(what: (Turn & { by: "person" })["change"], pick: number): Promise<string> {
		if (what === "repair") return repair(pick);
		const there = what !== "put";
		const version = picked(
			VERSIONS.filter((one) => present.has(one) === there),
			pick,
		);
		if (version === undefined) return "nothing";
		await (what === "put" ? put(version) : change(version, what));
		return `${version}`;
	}

	/** Who forces a version has made the schema that of the version, by the files that are there. */
	function fit(version: bigint): void {
		const tables = tablesOf(place);
		const database = new BetterSqlite3(place.database);
		for (const one of VERSIONS) {
			if (one > version && tables.has(one)) database.exec(`DROP TABLE t${one}`);
			if (one <= version && present.has(one) && !tables.has(one)) database.exec(createTable(one));
		}
		database.close();
	}

	for (const version of versions) await put(version);
	return {
		files: present,
		async take(turn) {
			if (turn.by === "person") return byPerson(turn.change, turn.pick);
			if (turn.request.kind === "force") fit(turn.request.version);
			if (turn.by === "golang-migrate") return byGo(turn.request);
			return byGodwit(turn.policies, (migrate) => perform(migrate, turn.request));
		},
		status: () => withGodwit({}, (migrate) => migrate.status()),
	};
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
