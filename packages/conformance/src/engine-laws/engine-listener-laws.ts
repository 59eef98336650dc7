import assert from "node:assert/strict";
import { type MigrateEvent, NIL_VERSION } from "@godwit/core";
import type { DriverCapability, DriverHarness } from "../driver-laws/driver-harness.ts";
import { answers, expectFreeLock, expectObjects, hasClosed, rejectionCausedBy } from "../expectations.ts";
import type { Law, RunOptions } from "../law.ts";
import { forEachTransaction, type Transaction } from "./model/each-transaction.ts";
import { type Engine, expectState, namesOf, type OpenEngine, openWith } from "./model/engine.ts";
import { objectOf, reversibleSet } from "./model/migration-set.ts";

const VERSIONS = [1n, 2n] as const;

/** What `Migrate` promises of `onEvent`, whatever event it hears: what it throws, and what it calls. */
export function engineListenerLaws(openEngine: OpenEngine): readonly Law<DriverHarness, DriverCapability>[] {
	return [
		{
			id: "engine/on-event-may-throw",
			of: "MigrateOptions.onEvent",
			async check(create, run) {
				await forEachTransaction(create, run, async (harness, transaction) => {
					await using subject = await listenedTo(openEngine, harness, transaction);
					// Without apply the mark of a body that is cut off stays.
					const moments = subject.moments.filter((moment) => run.capabilities.has("apply") || !inBody(moment));
					for (const moment of moments) await throwAt(subject, moment, harness, run);
				});
			},
		},
		{
			id: "engine/calls-of-on-event-come-next",
			of: "MigrateOptions.onEvent",
			async check(create, run) {
				await forEachTransaction(create, run, async (harness, transaction) => {
					await using subject = await listenedTo(openEngine, harness, transaction);
					for (const moment of subject.moments) await callAt(subject, moment);
				});
			},
		},
		{
			id: "engine/on-event-may-close",
			of: "Migrate.close",
			requires: ["cross-instance-lock"],
			async check(create, run) {
				await forEachTransaction(create, run, async (harness, transaction) => {
					await using other = await listenedTo(openEngine, harness, transaction);
					// A body that was read to its end may be committed.
					for (const moment of other.moments.filter((moment) => !inBody(moment))) {
						await using closing = await listenedTo(openEngine, harness, transaction);
						await closeAt(closing, moment);
						await expectFreeLock(harness);
						await expectCommitted(other, moment, harness);
						await other.engine.down();
					}
				});
			},
		},
	];
}

/** An engine, and who hears its events at the moment. */
interface ListenedTo extends AsyncDisposable {
	readonly engine: Engine;
	readonly transaction: Transaction;
	/** All that an `up` of an empty database says, in order. */
	readonly moments: readonly string[];
	listen: (moment: string) => void;
}

async function listenedTo(
	openEngine: OpenEngine,
	harness: DriverHarness,
	transaction: Transaction,
): Promise<ListenedTo> {
	const onEvent = (event: MigrateEvent): void => subject.listen(momentOf(event));
	const engine = await openWith(openEngine, harness, reversibleSet(VERSIONS), { transaction, onEvent });
	const moments = new Set<string>();
	const subject: ListenedTo = {
		engine,
		transaction,
		get moments() {
			return [...moments];
		},
		listen: (moment) => void moments.add(moment),
		// An operation that waits for itself keeps close waiting too.
		[Symbol.asyncDispose]: () => answers(engine[Symbol.asyncDispose](), "close"),
	};
	await engine.up();
	subject.listen = () => {};
	for (const moment of ["locked", ...VERSIONS.flatMap((version) => [`start ${version}`, `end ${version}`])]) {
		assert.ok(moments.has(moment), `onEvent does not hear ${moment}`);
	}
	await engine.down();
	return subject;
}

function momentOf(event: MigrateEvent): string {
	return "migration" in event ? `${event.type} ${event.migration.version}` : event.type;
}

function inBody(moment: string): boolean {
	return moment.startsWith("progress ");
}

/** How many migrations are committed when a moment comes. */
function committedAt({ moments, transaction }: ListenedTo, moment: string): number {
	const ended = moments.slice(0, moments.indexOf(moment) + 1).filter((one) => one.startsWith("end ")).length;
	return transaction === "all" && ended > 0 ? VERSIONS.length : ended;
}

async function expectCommitted(subject: ListenedTo, moment: string, harness: DriverHarness): Promise<void> {
	const committed = VERSIONS.slice(0, committedAt(subject, moment));
	await expectState(subject.engine, committed.at(-1) ?? NIL_VERSION, false);
	await expectObjects(harness, committed.map(objectOf));
}

async function throwAt(
	subject: ListenedTo,
	moment: string,
	harness: DriverHarness,
	{ capabilities }: RunOptions<DriverCapability>,
): Promise<void> {
	const failure = new Error(`thrown at ${moment}`);
	const later: string[] = [];
	let thrown = false;
	subject.listen = (heard) => {
		if (thrown) later.push(heard);
		if (heard !== moment) return;
		thrown = true;
		throw failure;
	};
	const up = subject.engine.up();
	await rejectionCausedBy(failure, up);
	// In the midst of a body it is a failure of that migration too.
	if (!inBody(moment)) await assert.rejects(up, (error) => error === failure);
	assert.deepEqual(later, [], `what onEvent throws at ${moment} ends the operation`);
	subject.listen = () => {};
	if (capabilities.has("cross-instance-lock")) await expectFreeLock(harness);
	await expectCommitted(subject, moment, harness);
	const rest = VERSIONS.slice(committedAt(subject, moment));
	const { applied } = await subject.engine.up();
	assert.deepEqual(
		namesOf(applied),
		rest.map((version) => `${version} up`),
	);
	await subject.engine.down();
}

/** Reads the version and reverts a migration in the midst of `up`, of which each waits for what came before it. */
async function callAt(subject: ListenedTo, moment: string): Promise<void> {
	const { engine } = subject;
	const calls: Promise<unknown>[] = [];
	subject.listen = (heard) => {
		if (heard !== moment || calls.length > 0) return;
		calls.push(
			engine.version().then(({ version, dirty }) => ({ version, dirty })),
			engine.steps(-1).then(({ from, to }) => ({ from, to })),
		);
	};
	const { to } = await answers(engine.up(), `up with calls at ${moment}`);
	assert.equal(to, 2n);
	assert.deepEqual(await answers(Promise.all(calls), `a call at ${moment}`), [
		{ version: 2n, dirty: false },
		{ from: 2n, to: 1n },
	]);
	await engine.down();
}

async function closeAt(subject: ListenedTo, moment: string): Promise<void> {
	const { engine } = subject;
	const closed: Promise<void>[] = [];
	subject.listen = (heard) => {
		if (heard === moment) closed.push(engine[Symbol.asyncDispose]());
	};
	const [up] = await answers(Promise.allSettled([engine.up()]), `up that is closed at ${moment}`);
	assert.equal(closed.length, 1);
	await answers(Promise.all(closed), `close at ${moment}`);
	if (up.status === "fulfilled") assert.equal(committedAt(subject, moment), VERSIONS.length);
	else assert.ok(hasClosed(up.reason), `not for close: ${String(up.reason)}`);
}
