import pg from "pg";
import { type PostgresServer, startPostgres } from "../../../packages/postgres/test/fixtures/postgres-server.ts";
import { type BenchContext, emptyFolder } from "../bench-context.ts";
import { runCommand, runPeer } from "../child.ts";
import { writeAnnotated, writeDrizzle, writePairs } from "../migration-files.ts";
import type { Contender, Sample } from "../sample.ts";
import { timeTarget } from "../target.ts";
import type { Workload } from "../workload.ts";

const DIALECT = "postgresql";
const WATCHED = { watchMemory: true };

/** Takes the URL of an empty database. */
type Run = (database: string) => Promise<Sample>;

function countOf({ quick }: BenchContext): number {
	return quick ? 100 : 1000;
}

export const smallMigrationsOnPostgres: Workload = {
	id: "j",
	title: "Small migrations on PostgreSQL",
	description: (context) =>
		`${countOf(context)} migrations of one statement each (a table, a column, an index, a row), on a new database of a PostgreSQL server with its default durability, over a socket of the same machine.`,
	runs: 9,
	targets: [timeTarget("godwit", "raw pg", 1.15), timeTarget("godwit", "golang-migrate pgx5", 0.6)],
	remarks: [
		"Raw is pg by itself: BEGIN, the file, a DELETE and an INSERT for the version, and COMMIT, a query each.",
		"godwit sends four messages for each migration: one begins the transaction, locks the version table and reads version, lock and triggers; one is the file; one reads again what the file must not change; the last writes version, event and token, and commits.",
		'drizzle-orm, knex and kysely make one transaction of all migrations: compare them with godwit\'s transaction "all".',
		"golang-migrate, goose and dbmate are measured as commands, with their start; the others in a process that is running already.",
	],
	async contenders(context) {
		const server = context.resources.use(await startPostgres(["fsync=on"], { parent: context.folder }));
		return [...runsOf(context)].map(
			([name, run]): Contender => ({ name, run: () => inNewDatabase(server, name, run) }),
		);
	},
};

/** Makes the files of each tool. */
function runsOf(context: BenchContext): ReadonlyMap<string, Run> {
	const count = countOf(context);
	const pairs = emptyFolder(context, "postgres");
	writePairs(pairs, count, { dialect: DIALECT });
	const drizzle = emptyFolder(context, "postgres-drizzle");
	writeDrizzle(drizzle, count, DIALECT);
	const goose = emptyFolder(context, "postgres-goose");
	writeAnnotated(goose, count, { up: "-- +goose Up", down: "-- +goose Down" }, DIALECT);
	const dbmate = emptyFolder(context, "postgres-dbmate");
	writeAnnotated(dbmate, count, { up: "-- migrate:up", down: "-- migrate:down" }, DIALECT);
	const godwit =
		(transaction: string, query = ""): Run =>
		(url) =>
			runPeer("godwit.ts", context.godwit.main, "up", transaction, `file://${pairs}`, url + query);
	return new Map<string, Run>([
		["raw pg", (url) => runPeer("raw-postgres.ts", "each", pairs, url)],
		["godwit", godwit("each")],
		["godwit, x-history=off", godwit("each", "&x-history=off")],
		[
			"golang-migrate pgx5",
			(url) =>
				runCommand(context.migrate, ["-path", pairs, "-database", url.replace("postgres:", "pgx5:"), "up"], WATCHED),
		],
		["goose", (url) => runCommand(context.goose, ["-dir", goose, "postgres", url, "up"], WATCHED)],
		["dbmate", (url) => runCommand(context.dbmate, ["--no-dump-schema", "-d", dbmate, "-u", url, "up"], WATCHED)],
		["raw pg, one transaction", (url) => runPeer("raw-postgres.ts", "all", pairs, url)],
		['godwit, transaction "all"', godwit("all")],
		["drizzle-orm", (url) => runPeer("drizzle-postgres.ts", drizzle, url)],
		["kysely", (url) => runPeer("kysely-postgres.ts", pairs, url)],
		["knex", (url) => runPeer("knex-postgres.ts", pairs, url)],
	]);
}

async function inNewDatabase({ port, socket }: PostgresServer, name: string, run: Run): Promise<Sample> {
	const admin = new pg.Client({ host: socket, port, user: "godwit", database: "postgres" });
	await admin.connect();
	const database = name.replaceAll(/[^a-z0-9]+/gi, "_");
	try {
		await admin.query(`CREATE DATABASE ${database}`);
		// What the last one left for the disk is not this one's.
		await admin.query("CHECKPOINT");
		return await run(`postgres://godwit@localhost/${database}?host=${socket}&port=${port}&sslmode=disable`);
	} finally {
		await admin.query(`DROP DATABASE IF EXISTS ${database} WITH (FORCE)`);
		await admin.end();
	}
}
