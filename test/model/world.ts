import { STEP_NAMES, type StepName } from "./step-name.ts";

/** What is at `<file>.lock`. */
export const Link = { none: 0, folder: 1, native: 2, wasm: 3 } as const;

/** SQLite's lock of one connection on the file. */
export const Lock = { none: 0, shared: 1, reserved: 2, pending: 3, exclusive: 4 } as const;

export const Status = { running: 1, dead: 2, done: 3 } as const;

/** What the present transaction is for. */
export const Task = { none: 0, takeRow: 1, migrate: 2, freeRow: 3, insert: 4, clearRow: 5, leave: 6, read: 7 } as const;

/** How a process ended, or what it does after it has left. */
export const Outcome = { done: 0, lost: 1, gaveUp: 2, refused: 3, reported: 4, waitForRow: 5, freeRowLate: 6 } as const;

/** What a process knows of the link that it has looked at. */
export const Watched = { nothing: 0, unchanged: 1, changed: 2 } as const;

/** What a second stat of the database file would show to a reader. `blind`: writes in this tick do not show. */
export const Stat = { none: 0, unchanged: 1, changed: 2, blind: 3 } as const;

/** `fine`: each write shows in a stat. `old` and `fresh`: whether the file was written in the present tick of the clock. */
export const Clock = { fine: 0, old: 1, fresh: 2 } as const;

export interface ProcessState {
	status: number;
	/** How often it has been started again. */
	generation: number;
	step: StepName;
	task: number;
	/** Of the connection that can write, or of the helper of a wasm run. */
	lock: number;
	/** Of a reader's read-only connection. */
	readLock: number;
	/** Whether a connection that can write is open. */
	open: number;
	/** The last commit when the transaction began to read; a reader's page 0. */
	base: number;
	/** The stamp that the transaction writes; the last commit when a reader read page 0. */
	stamp: number;
	/** The version that the run has seen; a reader's page 1. */
	seen: number;
	guardHolds: number;
	watched: number;
	/** Who wrote the link that was looked at, plus 1. Kept only where link ids are used twice. */
	watchedWriter: number;
	/** The members that the claim names. */
	text: number;
	/** Transactions that an application still wants to make. */
	remaining: number;
	outcome: number;
	/** Where a reader is in its program. */
	position: number;
	stat: number;
}

/** The disk, the kernel's locks, and what a serial execution would have left. */
export interface World {
	page0: number;
	page1: number;
	/** Process number plus 1 of who wrote the journal that is there. */
	journal: number;
	original0: number;
	original1: number;
	link: number;
	/** Owners that the link names: a bit for each process and generation. */
	members: number;
	/** Who wrote the link, plus 1. Kept only where link ids are used twice. */
	writer: number;
	/** Owner plus 1 of the claim on the link. */
	claim: number;
	clock: number;
	/** The stamp of the last commit that was reported. Processes cannot read it. */
	commit: number;
	/** Owner plus 1 of the lock row. */
	row: number;
	version: number;
	/** How many migrations took effect. Processes cannot read it. */
	effects: number;
	/** Transactions that have ended. Stamps are made of it. */
	transactions: number;
	kills: number;
	processes: ProcessState[];
}

export function processAt(world: World, index: number): ProcessState {
	const state = world.processes[index];
	if (state === undefined) throw new RangeError(`no process ${index}`);
	return state;
}

/** A process that has used nothing yet, or that uses nothing any more. */
export function blankProcess(status: number, generation: number): ProcessState {
	return {
		status,
		generation,
		step: "none",
		task: Task.none,
		lock: Lock.none,
		readLock: Lock.none,
		open: 0,
		base: 0,
		stamp: 0,
		seen: 0,
		guardHolds: 0,
		watched: Watched.nothing,
		watchedWriter: 0,
		text: 0,
		remaining: 0,
		outcome: Outcome.done,
		position: 0,
		stat: Stat.none,
	};
}

export function cloneWorld(world: World): World {
	return { ...world, processes: world.processes.map((state) => ({ ...state })) };
}

/** A page is written. Whoever has taken a stat of the file before can see it, but for a reader in the same tick. */
export function writePage(world: World, page: 0 | 1, stamp: number): void {
	if (page === 0) world.page0 = stamp;
	else world.page1 = stamp;
	if (world.clock === Clock.old) world.clock = Clock.fresh;
	for (const state of world.processes) if (state.stat === Stat.unchanged) state.stat = Stat.changed;
}

export function deleteJournal(world: World): void {
	world.journal = 0;
	world.original0 = 0;
	world.original1 = 0;
}

export function setLink(world: World, link: number, members: number): void {
	world.link = link;
	world.members = members;
}

const STEP_CODES = new Map<StepName, number>(STEP_NAMES.map((name, code) => [name, code]));
const WORLD_LENGTH = 16;
const PROCESS_LENGTH = 18;

/** The disk alone, without the processes. */
export function encodeDisk(w: World): string {
	return String.fromCharCode(
		w.page0,
		w.page1,
		w.journal,
		w.original0,
		w.original1,
		w.link,
		w.members,
		w.writer,
		w.claim,
		w.clock,
		w.commit,
		w.row,
		w.version,
		w.effects,
		w.transactions,
	);
}

/** Two worlds are the same exactly if their texts are. */
export function encodeWorld(world: World): string {
	let text = encodeDisk(world) + String.fromCharCode(world.kills);
	for (const s of world.processes) {
		text += String.fromCharCode(
			s.status,
			s.generation,
			STEP_CODES.get(s.step) ?? 0,
			s.task,
			s.lock,
			s.readLock,
			s.open,
			s.base,
			s.stamp,
			s.seen,
			s.guardHolds,
			s.watched,
			s.watchedWriter,
			s.text,
			s.remaining,
			s.outcome,
			s.position,
			s.stat,
		);
	}
	return text;
}

export function decodeWorld(text: string): World {
	let at = 0;
	const next = (): number => text.charCodeAt(at++);
	const world: World = {
		page0: next(),
		page1: next(),
		journal: next(),
		original0: next(),
		original1: next(),
		link: next(),
		members: next(),
		writer: next(),
		claim: next(),
		clock: next(),
		commit: next(),
		row: next(),
		version: next(),
		effects: next(),
		transactions: next(),
		kills: next(),
		processes: [],
	};
	const count = (text.length - WORLD_LENGTH) / PROCESS_LENGTH;
	for (let index = 0; index < count; index++) world.processes.push(decodeProcess(next));
	return world;
}

function decodeProcess(next: () => number): ProcessState {
	return {
		status: next(),
		generation: next(),
		step: STEP_NAMES[next()] ?? "none",
		task: next(),
		lock: next(),
		readLock: next(),
		open: next(),
		base: next(),
		stamp: next(),
		seen: next(),
		guardHolds: next(),
		watched: next(),
		watchedWriter: next(),
		text: next(),
		remaining: next(),
		outcome: next(),
		position: next(),
		stat: next(),
	};
}
