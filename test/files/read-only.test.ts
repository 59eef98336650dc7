import { execFileSync } from "node:child_process";
import { chmodSync, chownSync, statSync } from "node:fs";
import { Migrate, memorySource } from "@godwit/core";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { BACKENDS, factoryOf } from "./backends.ts";
import { createPlace, exec, type Place } from "./place.ts";
import { type RunnerOptions, startRunner } from "./runner.ts";

const NOBODY = 65_534;
const AS_NOBODY = { imports: ["./fixtures/as-nobody.ts"] };
const FILES = { "1_a.up.sql": "CREATE TABLE a (x);" };
const isRoot = process.getuid?.() === 0;

let place: Place;

beforeEach(() => {
	place = createPlace();
	onTestFinished(() => {
		chmodSync(place.folder, 0o700);
		place[Symbol.dispose]();
	});
});

interface ReadOnlyPlace {
	readonly make: () => void;
	/** As whom godwit runs. Root is kept from writing by the mount alone. */
	readonly options: RunnerOptions;
}

const PLACES: Readonly<Record<string, ReadOnlyPlace>> = {
	"in a folder without write permission": { make: () => protect(0o555, 0o644), options: AS_NOBODY },
	"whose file has the mode 0444": { make: () => protect(0o755, 0o444), options: AS_NOBODY },
	...(isRoot && {
		"on a read-only mount": {
			options: {},
			make() {
				execFileSync("mount", ["--bind", place.folder, place.folder]);
				onTestFinished(() => void execFileSync("umount", [place.folder]));
				execFileSync("mount", ["-o", "remount,ro,bind", place.folder]);
			},
		},
	}),
};

function protect(folderMode: number, fileMode: number): void {
	if (isRoot) for (const path of [place.folder, place.path]) chownSync(path, NOBODY, NOBODY);
	chmodSync(place.path, fileMode);
	chmodSync(place.folder, folderMode);
}

/** What is in the folder, and when it was written. */
function traces(): unknown {
	return [place.files(), statSync(place.path).mtimeMs, statSync(place.folder).mtimeMs];
}

async function migrateWithGodwit(): Promise<void> {
	const driver = await factoryOf("sqlite-native").open(`sqlite-native://${place.path}`);
	await using migrate = new Migrate({ source: memorySource(FILES), driver });
	expect((await migrate.up()).applied).toHaveLength(1);
}

/** As golang-migrate leaves a database. */
function migrateWithGo(): void {
	exec(
		place.path,
		"CREATE TABLE schema_migrations (version uint64, dirty bool); CREATE UNIQUE INDEX version_unique ON schema_migrations (version); INSERT INTO schema_migrations VALUES (1, 0); CREATE TABLE a (x);",
	);
}

describe.each(Object.entries(PLACES))("a database %s", (_, { make, options }) => {
	it.each(BACKENDS)("is reported by %s, which leaves nothing there", async (backend) => {
		await migrateWithGodwit();
		make();
		await using runner = await startRunner(options);
		const before = traces();
		const command = { backend, path: place.path, files: { ...FILES, "2_b.up.sql": "" } };
		expect(await runner.run({ ...command, reports: true })).toMatchObject({
			version: "1",
			dirty: false,
			states: ["1 applied", "2 pending"],
			history: ["up 1"],
		});
		expect(await runner.run({ ...command, files: FILES })).toMatchObject({ applied: 0, events: [] });
		expect(traces()).toEqual(before);
	});

	it.each(BACKENDS)(
		"that golang-migrate made is reported by %s, and an up has no need to write it",
		async (backend) => {
			migrateWithGo();
			make();
			await using runner = await startRunner(options);
			const before = traces();
			const command = { backend, path: place.path, files: { ...FILES, "2_b.up.sql": "" } };
			expect(await runner.run({ ...command, reports: true })).toMatchObject({
				version: "1",
				states: ["1 adopted", "2 pending"],
				history: [],
			});
			expect(traces()).toEqual(before);
			expect(await runner.run({ ...command, files: FILES })).toMatchObject({
				applied: 0,
				events: [
					expect.stringMatching(
						/^finding: another tool has probably applied 1_a\.up\.sql; this cannot be recorded, and the next up that can write to the database records it: /,
					),
				],
			});
			expect(await runner.run(command)).toMatchObject({ code: "ERR_DATABASE" });
			// To try it may make the lock beside the file, and take it away again.
			expect(place.files()).toEqual(["app.db"]);
		},
	);
});

const REFUSAL = /attempt to write a readonly database|unable to open database file|cannot be locked: E(?:ACCES|ROFS)/;

/** SQLite has to make two files beside a WAL database to read it, and node-sqlite3-wasm cannot share one at all. */
describe.each(Object.entries(PLACES))("a WAL database %s", (name, { make, options }) => {
	const writableFolder = name === "whose file has the mode 0444";

	beforeEach(async () => {
		await migrateWithGodwit();
		exec(place.path, "PRAGMA journal_mode = WAL");
		make();
	});

	it.each(BACKENDS)(`is ${writableFolder ? "reported, unless by WebAssembly" : "refused"}: %s`, async (backend) => {
		await using runner = await startRunner(options);
		const outcome = await runner.run({ backend, path: place.path, files: FILES, reports: true });
		if (!writableFolder) {
			expect(outcome).toMatchObject({ code: "ERR_DATABASE", message: expect.stringMatching(REFUSAL) });
			expect(place.files()).toEqual(["app.db"]);
		} else if (backend === "sqlite-wasm") {
			expect(outcome).toMatchObject({ code: "ERR_DATABASE", message: expect.stringContaining("is in WAL mode") });
			expect(place.files()).toEqual(["app.db"]);
		} else {
			expect(outcome).toMatchObject({ version: "1", states: ["1 applied"] });
			// Whoever may not write the database may not take them away either.
			expect(place.files().toSorted()).toEqual(["app.db", "app.db-shm", "app.db-wal"]);
		}
	});
});

describe("a database that golang-migrate made, and that can be written", () => {
	it.each(BACKENDS)("is adopted by an up of %s that has nothing to run", async (backend) => {
		migrateWithGo();
		await using runner = await startRunner();
		const command = { backend, path: place.path, files: FILES };
		expect(await runner.run(command)).toMatchObject({ applied: 0, events: ["locked", "unlocked"] });
		expect(await runner.run({ ...command, reports: true })).toMatchObject({
			states: ["1 adopted"],
			history: ["adopt 1"],
		});
	});
});
