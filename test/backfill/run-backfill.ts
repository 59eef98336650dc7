import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Migrate } from "godwit";

export interface BackfillOptions {
	/** An empty folder. */
	readonly folder: string;
	/** Scheme of a database URL. */
	readonly scheme: string;
	readonly rows: number;
	/** Rows of a round. */
	readonly batch: number;
	/** How often the run is killed, in turn between two rounds and at the begin of one. */
	readonly kills: number;
}

/** How long the inserts of the application took. */
export interface Waits {
	readonly inserts: number;
	readonly medianMs: number;
	readonly longestMs: number;
}

/** What a run tells of itself. */
export type Progress =
	| { readonly type: "locked" }
	/** `rows` counts those of all rounds. */
	| { readonly type: "round"; readonly rows: number; readonly durationMs: number };

export interface BackfillResult {
	readonly application: Waits;
	readonly killed: number;
	/** Of those rounds that were told of. */
	readonly roundsMs: readonly number[];
	readonly durationMs: number;
	/** The folder of the migrations. */
	readonly migrations: string;
	/** The database, and a copy as it was before the backfill. */
	readonly database: string;
	readonly untouched: string;
}

/** Fills a column in rounds beside an application that inserts all the time. The runs are killed, and a last one ends it. */
export async function runBackfill(options: BackfillOptions): Promise<BackfillResult> {
	const { folder, scheme, rows, kills } = options;
	const migrations = writeMigrations(options);
	const [database, untouched] = [join(folder, "app.db"), join(folder, "untouched.db")];
	// An application that leaves no room makes others wait as long as they may.
	const url = `${scheme}://${database}?x-busy-timeout=10m&x-lock-timeout=10m`;
	{
		await using migrate = await Migrate.open(`file://${migrations}`, url);
		await migrate.steps(1);
	}
	copyFileSync(database, untouched);
	const application = fork(program("application"), [database]);
	await told(application);
	const roundsMs: number[] = [];
	const began = performance.now();
	let killed = 0;
	for (let run = 1; run <= kills; run++) {
		if (await migrateUntil((rows * run) / (kills + 1), run % 2 === 0, [migrations, url], roundsMs)) killed++;
	}
	await migrateUntil(Number.POSITIVE_INFINITY, false, [migrations, url], roundsMs);
	const durationMs = performance.now() - began;
	const answer = told(application);
	application.send("stop");
	return { application: (await answer) as Waits, killed, roundsMs, durationMs, migrations, database, untouched };
}

/** @returns the folder. */
function writeMigrations({ folder, rows, batch }: BackfillOptions): string {
	const migrations = join(folder, "migrations");
	mkdirSync(migrations);
	writeFileSync(
		join(migrations, "1_create_t.up.sql"),
		`CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER NOT NULL, b INTEGER);
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${rows}) INSERT INTO t (a) SELECT i * 7 % 1000 FROM n;
`,
	);
	writeFileSync(
		join(migrations, "2_fill_b.up.sql"),
		`-- godwit: until-done
UPDATE t SET b = a * 2 WHERE b IS NULL /* godwit: AND id IN (SELECT id FROM t WHERE b IS NULL LIMIT ${batch}) */;
`,
	);
	return migrations;
}

const program = (name: string): string => fileURLToPath(new URL(`./programs/${name}.ts`, import.meta.url));

/** The next message of a process. @throws When it ends without one. */
async function told(child: ChildProcess): Promise<unknown> {
	const ended = once(child, "exit").then(([code]) => {
		throw new Error(`the application ended with ${code}`);
	});
	const [message] = await Promise.race([once(child, "message"), ended]);
	// It ends after its last message, which nobody waits for.
	ended.catch(() => {});
	return message;
}

/**
 * Migrates in a process of its own, and kills it when that many rows were changed: at once, between two rounds, or at the begin of the
 * next one.
 *
 * @returns Whether it was killed.
 */
async function migrateUntil(
	killAtRows: number,
	inRound: boolean,
	args: readonly string[],
	roundsMs: number[],
): Promise<boolean> {
	const child = fork(program("migrate"), args);
	let reached = false;
	child.on("message", (message) => {
		const progress = message as Progress;
		if (progress.type === "round") {
			roundsMs.push(progress.durationMs);
			reached = progress.rows >= killAtRows;
		}
		if (reached && progress.type === (inRound ? "locked" : "round")) child.kill("SIGKILL");
	});
	const [code, signal] = await once(child, "exit");
	if (signal === "SIGKILL") return true;
	if (code !== 0) throw new Error(`the migration ended with ${code ?? signal}`);
	return false;
}
