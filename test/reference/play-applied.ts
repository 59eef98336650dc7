import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import BetterSqlite3 from "better-sqlite3";
import type { MigrationState, StatusReport } from "godwit";
import { type AppliedSequence, turnText, VERSIONS } from "./applied-sequence.ts";
import { type Claim, claimOf } from "./claims.ts";
import { sharedDatabase, tablesOf } from "./shared-database.ts";
import type { Place, Tool } from "./tool.ts";

/** In memory where that exists: durability is not compared. */
const PARENT = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();

/** How many claims of each basis were looked at, and how many of them were wrong. */
export type Tally = Record<Claim["basis"], { right: number; wrong: number }> & { open: number };

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
		const shared = await sharedDatabase({ place, go, scheme, versions: sequence.versions });
		const leftBehind = new Set<bigint>();
		for (const turn of sequence.turns) {
			const begun = hasHistory(place);
			const isLeftBehind = (version: bigint): boolean => leftBehind.has(version);
			log.push(`${turnText(turn)}: ${await shared.take(turn, isLeftBehind)}`);
			const [status, tables] = [await shared.status(), tablesOf(place)];
			for (const version of VERSIONS) {
				if (!tables.has(version)) leftBehind.delete(version);
				else if (!shared.files.has(version) && (version > status.version || !begun)) leftBehind.add(version);
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

/** States in which the version row never is. */
const NOT_APPLIED: ReadonlySet<MigrationState> = new Set(["skipped", "pending", "out-of-order"]);

/** @returns What the status says, for a person who has to find out what went wrong. */
function compare(
	status: StatusReport,
	tables: ReadonlySet<bigint>,
	leftBehind: ReadonlySet<bigint>,
	tally: Tally,
): string {
	const says = status.migrations.map(({ version, state, guess }) => `${version} ${state}${guess ? "?" : ""}`);
	const text = `at ${status.version}${status.dirty ? " dirty" : ""}; tables ${[...tables]}; status ${says.join(", ")}`;
	const current = status.migrations.find(({ version }) => version === status.version);
	if (!status.dirty && current !== undefined && NOT_APPLIED.has(current.state))
		throw new Error(`the row is at ${text}`);
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
