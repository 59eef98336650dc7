import { copyFileSync } from "node:fs";
import { type BenchContext, emptyFolder, newDatabase } from "../bench-context.ts";
import { runCommand, runPeer } from "../child.ts";
import { runGo } from "../go-peer.ts";
import { writeAnnotated, writeDrizzle, writePairs } from "../migration-files.ts";
import type { Contender, Sample } from "../sample.ts";
import { onEither } from "../storage.ts";
import { timeTarget } from "../target.ts";
import type { Workload } from "../workload.ts";

type Direction = "up" | "down";
type Run = (direction: Direction, database: string) => Promise<Sample>;

function countOf({ quick }: BenchContext): number {
	return quick ? 100 : 1000;
}

const remarks = [
	"Raw is the binding by itself: it lists the folder, reads each file when its turn comes, and makes one BEGIN IMMEDIATE transaction of the file and its version row, or one of all.",
	"godwit on native keeps the journal, which spares making and deleting a file for each migration; besides, it splits each file into its statements, asserts in each transaction that lock and version are what they were, and is more code. On a disk whose flush takes long the first weighs more, on a slow processor the second.",
	"On wasm the engine's own time is most of it: what raw node-sqlite3-wasm takes over raw better-sqlite3 is out of godwit's hands.",
	"goose and dbmate are measured as commands, with their start; the others in a process that is running already.",
];

const tools = (context: BenchContext, pairs: string): ReadonlyMap<string, Run> =>
	new Map<string, Run>([
		["raw better-sqlite3", (direction, file) => runPeer("raw-native.ts", direction, "each", pairs, file)],
		["godwit native", godwit(context, "sqlite-native", "each", pairs)],
		["raw node-sqlite3-wasm", (direction, file) => runPeer("raw-wasm.ts", direction, "each", pairs, file)],
		["godwit wasm", godwit(context, "sqlite-wasm", "each", pairs)],
		["golang-migrate sqlite3", goMigrate(context, "sqlite3", pairs)],
		["golang-migrate sqlite", goMigrate(context, "sqlite", pairs)],
		["golang-migrate ncruces", goMigrate(context, "ncruces-sqlite3", pairs)],
	]);

function godwit(
	{ godwit: { main } }: BenchContext,
	scheme: string,
	transaction: string,
	folder: string,
	query = "",
): Run {
	return (direction, file) =>
		runPeer("godwit.ts", main, direction, transaction, `file://${folder}`, `${scheme}://${file}${query}`);
}

function goMigrate({ reference }: BenchContext, scheme: string, folder: string): Run {
	return (operation, file) => runGo({ program: reference, folder, database: `${scheme}://${file}`, operation });
}

const targets = [
	timeTarget("godwit native", "raw better-sqlite3", { disk: 1.05, tmpfs: 1.25 }),
	timeTarget("godwit native", "golang-migrate sqlite3", onEither(0.5)),
	timeTarget("godwit wasm", "raw node-sqlite3-wasm", onEither(1.05)),
	timeTarget("godwit wasm", "golang-migrate ncruces", onEither(0.6)),
];

const historyCost = { disk: 1.1, tmpfs: 1.2 };

export const smallMigrationsUp: Workload = {
	id: "a",
	title: "Small migrations, all up",
	description: (context) =>
		`${countOf(context)} migrations of one statement each (a table, a column, an index, a row), on a new database file with SQLite's default durability.`,
	runs: 9,
	targets: [
		...targets,
		timeTarget("godwit native", "godwit native, x-history=off", historyCost),
		timeTarget("godwit wasm", "godwit wasm, x-history=off", historyCost),
		timeTarget('godwit native, transaction "all"', "raw better-sqlite3, one transaction", onEither(1.3)),
		timeTarget('godwit wasm, transaction "all"', "raw node-sqlite3-wasm, one transaction", onEither(1.15)),
	],
	remarks: [
		...remarks,
		"drizzle-orm and knex make one transaction of all migrations; kysely makes none on SQLite, and umzug leaves them to its user: there every statement commits by itself.",
		"Raw in one transaction is what SQLite takes for these bodies at the least: ALTER TABLE reads the whole schema again.",
	],
	async contenders(context) {
		const count = countOf(context);
		const pairs = emptyFolder(context, "small");
		writePairs(pairs, count);
		const drizzle = emptyFolder(context, "small-drizzle");
		writeDrizzle(drizzle, count);
		const goose = emptyFolder(context, "small-goose");
		writeAnnotated(goose, count, { up: "-- +goose Up", down: "-- +goose Down" });
		const dbmate = emptyFolder(context, "small-dbmate");
		writeAnnotated(dbmate, count, { up: "-- migrate:up", down: "-- migrate:down" });
		const all = new Map<string, Run>([
			...tools(context, pairs),
			["godwit native, x-history=off", godwit(context, "sqlite-native", "each", pairs, "?x-history=off")],
			["godwit wasm, x-history=off", godwit(context, "sqlite-wasm", "each", pairs, "?x-history=off")],
			['godwit native, transaction "all"', godwit(context, "sqlite-native", "all", pairs)],
			["raw better-sqlite3, one transaction", (_, file) => runPeer("raw-native.ts", "up", "all", pairs, file)],
			['godwit wasm, transaction "all"', godwit(context, "sqlite-wasm", "all", pairs)],
			["raw node-sqlite3-wasm, one transaction", (_, file) => runPeer("raw-wasm.ts", "up", "all", pairs, file)],
			["drizzle-orm", (_, file) => runPeer("drizzle.ts", drizzle, file)],
			["kysely", (_, file) => runPeer("kysely.ts", pairs, file)],
			["knex", (_, file) => runPeer("knex.ts", pairs, file)],
			["umzug", (_, file) => runPeer("umzug.ts", pairs, file)],
			["goose", (_, file) => runCommand(context.goose, ["-dir", goose, "sqlite3", file, "up"], WATCHED)],
			[
				"dbmate",
				(_, file) =>
					runCommand(context.dbmate, ["--no-dump-schema", "-d", dbmate, "-u", `sqlite:${file}`, "up"], WATCHED),
			],
		]);
		return [...all].map(([name, run]): Contender => ({ name, run: () => run("up", newDatabase(context, name)) }));
	},
};

const WATCHED = { watchMemory: true };

export const smallMigrationsDown: Workload = {
	id: "b",
	title: "Small migrations, all down",
	description: (context) =>
		`The ${countOf(context)} migrations of workload a, reverted, each tool on its own database.`,
	runs: 9,
	targets,
	remarks,
	async contenders(context) {
		const pairs = emptyFolder(context, "small");
		writePairs(pairs, countOf(context));
		const contenders: Contender[] = [];
		for (const [name, run] of tools(context, pairs)) {
			const migrated = newDatabase(context, `${name} migrated`);
			await run("up", migrated);
			contenders.push({
				name,
				run() {
					const database = newDatabase(context, name);
					copyFileSync(migrated, database);
					return run("down", database);
				},
			});
		}
		return contenders;
	},
};
