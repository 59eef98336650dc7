import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect, isDeepStrictEqual } from "node:util";
import type { DifferenceId } from "./differences.ts";
import type { GodwitTool } from "./godwit-tool.ts";
import { type Expectation, expectation } from "./oracle.ts";
import { type Sequence, sequenceText } from "./sequence.ts";
import type { Answer, Place, Request, State, Tool } from "./tool.ts";

/** In memory where that exists: durability is not compared. */
const PARENT = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();

export interface Players {
	/** Works alone; its answers are what godwit's are held to. */
	readonly go: Tool;
	readonly godwit: GodwitTool;
	readonly atomic: boolean;
	/** Does godwit's turns that a sequence gives to golang-migrate, on godwit's database. */
	readonly partner?: Tool;
}

/**
 * Plays a sequence on two databases and compares outcome, version, rows and schema after each operation.
 *
 * @returns The differences that showed, each as the oracle expects it.
 * @throws Error for any other difference.
 */
export async function play(sequence: Sequence, players: Players): Promise<ReadonlySet<DifferenceId>> {
	const folder = await mkdtemp(join(PARENT, "godwit-reference-"));
	try {
		const migrations = join(folder, "migrations");
		await mkdir(migrations);
		for (const [name, bytes] of sequence.set.files) await writeFile(join(migrations, name), bytes);
		return await playIn(folder, migrations, sequence, players);
	} finally {
		try {
			for (const tool of [players.go, players.godwit, players.partner]) await tool?.close();
		} finally {
			await rm(folder, { recursive: true });
		}
	}
}

async function playIn(
	folder: string,
	migrations: string,
	sequence: Sequence,
	{ go, godwit, atomic, partner }: Players,
): Promise<ReadonlySet<DifferenceId>> {
	const { set, steps } = sequence;
	const goPlace: Place = { migrations, database: join(folder, "go.db") };
	const ourPlace: Place = { migrations, database: join(folder, "godwit.db") };
	const shown = new Set<DifferenceId>();
	const log: string[] = [];
	let actor: Tool = godwit;

	function compare(what: string, expected: Expectation, actual: Answer): void {
		log.push(`${what}: ${actual.outcome}, ${actual.version}${actual.dirty ? " dirty" : ""}`);
		const wanted = comparable(expected, expected);
		const found = comparable(actual, expected);
		if (isDeepStrictEqual(found, wanted)) return;
		const texts = [sequenceText(sequence), log.join("\n"), `expected ${inspect(wanted, { depth: 5 })}`];
		throw new Error(
			[...texts, `${actor.name} ${inspect({ ...found, message: actual.message }, { depth: 5 })}`].join("\n"),
		);
	}

	async function open(): Promise<State | undefined> {
		const goAnswer = await go.open(goPlace);
		const answer = await actor.open(ourPlace);
		const refusedBy = actor === godwit && !set.duplicate ? set.refusedBy : undefined;
		if (refusedBy !== undefined) {
			shown.add(refusedBy);
			compare("open", { ...goAnswer, ...EMPTY, outcome: "bad-names" }, answer);
			return undefined;
		}
		compare("open", goAnswer, answer);
		return goAnswer.outcome === "ok" ? goAnswer : undefined;
	}

	/** @returns What both databases hold then; nothing when they are too different to go on. */
	async function perform(request: Request, before: State): Promise<State | undefined> {
		const goAnswer = await go.perform(request);
		if (actor !== godwit) {
			const answer = await actor.perform(request);
			compare(`${request.kind} by ${actor.name}`, goAnswer, answer);
			return goAnswer;
		}
		const situation = { set, request, before, go: goAnswer, atomic } as const;
		if (atomic) {
			const { answer: expected, id } = expectation({ ...situation, missingDown: "error" });
			if (id !== "missing-down-file") return settle(expected, id, await godwit.perform(request));
			shown.add(id);
			compare(request.kind, expected, await godwit.perform(request));
		}
		const { answer: expected, id } = expectation({ ...situation, missingDown: "skip" });
		return settle(expected, id, await godwit.lenient.perform(request));

		async function settle(
			expected: Expectation,
			id: DifferenceId | undefined,
			actual: Answer,
		): Promise<State | undefined> {
			compare(request.kind, expected, actual);
			if (id !== undefined) shown.add(id);
			if (id === "never-dirty") return go.perform({ kind: "force", version: actual.version });
			// What golang-migrate makes of what godwit refuses is its own.
			const refused = expected.outcome === "refused-body" || id === "versions-over-2-63";
			return refused ? undefined : goAnswer;
		}
	}

	async function close(): Promise<void> {
		await go.close();
		await actor.close();
	}

	let state = await open();
	for (const { operation, by } of steps) {
		if (state === undefined) return shown;
		const next = partner !== undefined && by === "golang-migrate" ? partner : godwit;
		if (operation.kind === "reopen" || next !== actor) {
			await close();
			actor = next;
			state = await open();
			if (state === undefined || operation.kind === "reopen") continue;
		}
		state = await perform(operation, state);
		if (operation.kind !== "drop" || state === undefined) continue;
		// golang-migrate's drop may leave something, and needs a new open after it.
		await close();
		await rm(goPlace.database, { force: true });
		if (actor !== godwit) await rm(ourPlace.database, { force: true });
		state = await open();
	}
	return shown;
}

const EMPTY: State = { version: -1n, dirty: false, rows: [], schema: [] };

/** What is compared. golang-migrate does not count what is missing when nothing was there at all. */
function comparable(answer: Expectation, { outcome, schema }: Expectation): object {
	const short = outcome === "short" ? answer.short : undefined;
	const { version, dirty, rows } = answer;
	return {
		outcome: answer.outcome,
		short,
		version,
		dirty,
		rows,
		...(schema !== undefined && { schema: answer.schema }),
	};
}
