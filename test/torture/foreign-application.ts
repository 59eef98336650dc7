import assert from "node:assert/strict";
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { CREATE_LETTERS, type Library, startApplication } from "../files/application.ts";
import { assertSound } from "./aftermath.ts";
import type { Finish, RaceTask } from "./race-child.ts";
import { seeded } from "./seeded.ts";
import { SETS } from "./steps.ts";
import { createTestFolder } from "./test-folder.ts";
import { type BackendName, openNatively } from "./torture-case.ts";

export const LIBRARIES: readonly Library[] = ["better-sqlite3", "node-sqlite3-wasm"];

export interface ForeignRaceOptions {
	readonly library: Library;
	readonly backend: BackendName;
	/** How many applications write. */
	readonly applications: number;
	readonly rounds: number;
	readonly seed: number;
}

export interface ForeignRaceResult {
	/** Rows that applications were told are stored, all of which are. */
	readonly rows: number;
	readonly kills: number;
}

const RACER = fileURLToPath(new URL("./race-child.ts", import.meta.url));
/** A run takes longer than this, and most kills hit it at work. */
const KILL_WITHIN_MS = 60;

/**
 * Lets applications without godwit write, on one library, while godwit migrates; in every other round the first run is
 * killed somewhere. No row is lost, and the migrations arrive.
 */
export async function raceForeign({
	library,
	backend,
	applications,
	rounds,
	seed,
}: ForeignRaceOptions): Promise<ForeignRaceResult> {
	const random = seeded(seed);
	let rows = 0;
	let kills = 0;
	for (let round = 0; round < rounds; round++) {
		using testFolder = createTestFolder();
		{
			using database = openNatively(testFolder.path);
			database.exec(CREATE_LETTERS);
		}
		await using stack = new AsyncDisposableStack();
		const writing = await Promise.all(
			Array.from({ length: applications }, () => startApplication(library, testFolder.path)),
		);
		for (const application of writing) stack.use(application);
		if (round % 2 === 1) {
			await killedRace({ backend, path: testFolder.path }, random.below(KILL_WITHIN_MS));
			kills++;
			// On a library that cannot roll back what was killed, an application is kept out until godwit comes.
		}
		const finish = await runRace({ backend, path: testFolder.path });
		assert.equal(finish.to, String(SETS.full.length), finish.message);
		const told = await Promise.all(writing.map((application) => application.stop()));
		await assertSound(testFolder.path);
		const stored = told.reduce((sum, one) => sum + one.stored, 0);
		using database = openNatively(testFolder.path);
		assert.deepEqual(database.prepare("SELECT count(*) FROM letters").raw().get(), [stored], "rows were lost");
		const runs = database.prepare("SELECT what FROM runs ORDER BY id").raw().all();
		assert.deepEqual(runs, [["up 2"], ["up 3"], ["up 4"]], "a migration ran twice, or not");
		for (const message of told.flatMap(({ errors }) => Object.keys(errors)))
			assert.match(message, /database is locked/);
		rows += stored;
	}
	return { rows, kills };
}

function start(): ChildProcess {
	return fork(RACER, { execArgv: ["--liftoff-only"] });
}

async function runRace(task: RaceTask): Promise<Finish> {
	const racer = start();
	const exited = once(racer, "exit");
	try {
		await once(racer, "message");
		racer.send(task);
		return (await once(racer, "message"))[0] as Finish;
	} finally {
		racer.kill("SIGKILL");
		await exited;
	}
}

async function killedRace(task: RaceTask, afterMs: number): Promise<void> {
	const racer = start();
	const exited = once(racer, "exit");
	await once(racer, "message");
	racer.send(task);
	setTimeout(() => racer.kill("SIGKILL"), afterMs);
	await exited;
}
