import assert from "node:assert/strict";
import { isMigrateError, type MigrateOptions, NIL_VERSION } from "@godwit/core";
import type { DriverCapability, DriverHarness } from "../driver-laws/driver-harness.ts";
import { answers, expectFreeLock, expectObjects, hasClosed } from "../expectations.ts";
import type { Law } from "../law.ts";
import { forEachTransaction, type Transaction } from "./model/each-transaction.ts";
import { type Engine, expectState, namesOf, type OpenEngine, openWith } from "./model/engine.ts";
import { reversibleSet } from "./model/migration-set.ts";

type Around = NonNullable<MigrateOptions["around"]>;

/** Waits for a call of the engine somewhere in `around`. */
type Place = (run: () => Promise<void>, call: () => Promise<unknown>) => Promise<unknown>;

const PLACES: Readonly<Record<string, Place>> = {
	async "before the migration"(run, call) {
		await call();
		await run();
	},
	async "before the migration, and after something else"(run, call) {
		await Promise.resolve();
		await call();
		await run();
	},
	async "beside the migration"(run, call) {
		const running = run();
		const called = call();
		await running;
		await called;
	},
	async "after the migration"(run, call) {
		await run();
		await call();
	},
};

const CALLS: Readonly<Record<string, (engine: Engine) => Promise<unknown>>> = {
	version: (engine) => engine.version(),
	up: (engine) => engine.up(),
	drop: (engine) => engine.drop(),
};

const CLOSING: Readonly<Record<string, Place>> = {
	...PLACES,
	async "and never answers"(_, close) {
		void close();
		await new Promise(() => {});
	},
};

/** What `Migrate` promises of `around`: what its code calls cannot wait for itself. */
export function engineAroundLaws(openEngine: OpenEngine): readonly Law<DriverHarness, DriverCapability>[] {
	return [
		{
			id: "engine/calls-of-around-are-refused",
			of: "MigrateOptions.around",
			async check(create, run) {
				await forEachTransaction(create, run, async (harness, transaction) => {
					await using subject = await surrounded(openEngine, harness, transaction);
					for (const place of Object.keys(PLACES)) {
						for (const name of Object.keys(CALLS)) await callAt(subject, place, name);
					}
				});
			},
		},
		{
			id: "engine/calls-beside-a-surrounded-migration-come-next",
			of: "MigrateOptions.around",
			async check(create, run) {
				await forEachTransaction(create, run, async (harness, transaction) => {
					await using subject = await surrounded(openEngine, harness, transaction);
					const { engine } = subject;
					const asked: Promise<unknown>[] = [];
					subject.around = async (_, runIt) => {
						const running = runIt();
						asked.push(engine.version().then(({ version }) => version));
						await running;
					};
					await answers(engine.up(), "up");
					assert.deepEqual(await answers(Promise.all(asked), "what was asked beside a migration"), [2n, 2n]);
				});
			},
		},
		{
			id: "engine/around-may-close",
			of: "Migrate.close",
			requires: ["apply", "cross-instance-lock"],
			async check(create, run) {
				for (const [place, wait] of Object.entries(CLOSING)) {
					await forEachTransaction(create, run, async (harness, transaction) => {
						await using subject = await surrounded(openEngine, harness, transaction);
						await closeAt(subject, place, wait);
						await expectFreeLock(harness);
						await expectWhole(openEngine, harness, transaction);
					});
				}
			},
		},
	];
}

async function callAt(subject: Surrounded, place: string, name: string): Promise<void> {
	const { engine } = subject;
	const refused: unknown[] = [];
	subject.around = async (_, run) => {
		await PLACES[place]?.(run, async () => CALLS[name]?.(engine).catch((error: unknown) => void refused.push(error)));
	};
	const { applied } = await answers(engine.up(), `up, whose around waits for ${name} ${place}`);
	assert.deepEqual(namesOf(applied), ["1 up", "2 up"]);
	const codes = refused.map((error) => isMigrateError(error) && error.code);
	assert.deepEqual(codes, ["ERR_IN_OPERATION", "ERR_IN_OPERATION"], `${name} ${place}`);
	await expectState(engine, 2n, false);
	subject.around = (_, run) => run();
	await engine.down();
}

async function closeAt(subject: Surrounded, place: string, wait: Place): Promise<void> {
	const { engine } = subject;
	const closed: Promise<void>[] = [];
	subject.around = async (_, run) => {
		await wait(run, () => {
			closed.push(engine[Symbol.asyncDispose]());
			return Promise.all(closed);
		});
	};
	const [up] = await answers(Promise.allSettled([engine.up()]), `up, whose around waits for close ${place}`);
	await answers(Promise.all(closed), `close ${place}`);
	assert.equal(closed.length, 1);
	assert.ok(up.status === "rejected", "up was closed in its first migration");
	assert.ok(hasClosed(up.reason), `not for close: ${String(up.reason)}`);
}

/** An engine whose `around` can be another one for each operation. */
interface Surrounded extends AsyncDisposable {
	readonly engine: Engine;
	around: Around;
}

async function surrounded(
	openEngine: OpenEngine,
	harness: DriverHarness,
	transaction: Transaction,
): Promise<Surrounded> {
	const around: Around = (migration, run) => subject.around(migration, run);
	const engine = await openWith(openEngine, harness, reversibleSet([1n, 2n]), { transaction, around });
	const subject: Surrounded = {
		engine,
		around: (_, run) => run(),
		// An operation that waits for itself keeps close waiting too.
		[Symbol.asyncDispose]: () => answers(engine[Symbol.asyncDispose](), "close"),
	};
	return subject;
}

/** Expects that of what was closed in its first migration that one is there as a whole or not at all. */
async function expectWhole(openEngine: OpenEngine, harness: DriverHarness, transaction: Transaction): Promise<void> {
	await using engine = await openWith(openEngine, harness, reversibleSet([1n, 2n]));
	const { version, dirty } = await engine.version();
	assert.equal(dirty, false);
	assert.ok(version === NIL_VERSION || (version === 1n && transaction === "each"), `it is at version ${version}`);
	await expectObjects(harness, version === 1n ? ["m1"] : []);
}
