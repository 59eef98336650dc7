import assert from "node:assert/strict";
import { type Driver, type MigrationReport, NIL_VERSION, textBody, type Version } from "@godwit/core";
import fc from "fast-check";
import type { DriverCapability, DriverHarness } from "../../driver-laws/driver-harness.ts";
import { expectObjects, rejection } from "../../expectations.ts";
import type { Law, RunOptions } from "../../law.ts";
import { type Engine, expectState, type OpenEngine, sourceOfSet, withoutApply, withoutHistory } from "./engine.ts";
import { type ExpectedReport, type Move, NEW_WORLD, predict, type Request, type World } from "./engine-prediction.ts";
import { anyMigrationSet, IDENTIFIER, type MigrationSet, migrationText, versionBelow } from "./migration-set.ts";

const MAX_COMMANDS = 16;

interface Model {
	world: World;
	/** Whether an instance that no engine uses holds the lock. */
	locked: boolean;
	readonly set: MigrationSet;
	readonly apply: boolean;
}

interface Real {
	readonly harness: DriverHarness;
	readonly open: () => Promise<Engine>;
	readonly engines: Engine[];
	/** Holds the lock at times. */
	readonly bystander: Driver | undefined;
}

type Command = fc.AsyncCommand<Model, Real>;

/** Random operations of two engines on one database and one random set of migrations, by the number alone, against `predict`. */
export function engineModelLaw(
	openEngine: OpenEngine,
	{ apply }: { readonly apply: boolean },
): Law<DriverHarness, DriverCapability> {
	return {
		id: apply ? "engine/model-with-apply" : "engine/model-with-dirty-flag",
		of: "Migrate",
		requires: apply ? ["apply"] : [],
		async check(create, run) {
			const persistent = run.capabilities.has("persistent");
			const agrees = fc.asyncProperty(anyCase(run, apply), async ({ set, commands }) => {
				await using harness = await create();
				const open = async (): Promise<Engine> => {
					const driver = await harness.open();
					const source = sourceOfSet(harness.dialect, set);
					return openEngine({
						source,
						driver: apply ? withoutHistory(driver) : withoutApply(driver),
						lockTimeoutMs: 0,
					});
				};
				const engines: Engine[] = [];
				let bystander: Driver | undefined;
				try {
					engines.push(await open());
					if (persistent) {
						engines.push(await open());
						bystander = await harness.open();
					}
					const model: Model = { world: NEW_WORLD, locked: false, set, apply };
					await fc.asyncModelRun(() => ({ model, real: { harness, open, engines, bystander } }), commands);
				} finally {
					for (const engine of engines) await engine[Symbol.asyncDispose]();
					await bystander?.close();
				}
			});
			await fc.assert(agrees, { seed: run.seed, numRuns: run.numRuns });
		},
	};
}

interface Case {
	readonly set: MigrationSet;
	readonly commands: Iterable<Command>;
}

function anyCase({ capabilities }: RunOptions<DriverCapability>, apply: boolean): fc.Arbitrary<Case> {
	const persistent = capabilities.has("persistent");
	const exclusive = capabilities.has("cross-instance-lock");
	const atomic = apply || capabilities.has("atomic-run");
	return anyMigrationSet({ atomic, noTransaction: capabilities.has("no-transaction") }).chain((set) => {
		const engine = fc.nat({ max: persistent ? 1 : 0 });
		const known = set.map(({ version }) => version);
		const anyTarget = fc.constantFrom(...known, ...known, ...known, NIL_VERSION, 5n);
		const commands: fc.WeightedArbitrary<Command>[] = [
			{ weight: 16, arbitrary: fc.tuple(engine, anyRequest(set, anyTarget)).map(([i, wanted]) => request(i, wanted)) },
			{ weight: 3, arbitrary: fc.tuple(engine, anyTarget).map(([i, version]) => force(i, version)) },
			{ weight: 1, arbitrary: engine.map(drop) },
		];
		if (persistent) commands.push({ weight: 1, arbitrary: engine.map(reopen) });
		if (exclusive) commands.push({ weight: 3, arbitrary: fc.constantFrom(true, false, false).map(holdLock) });
		return fc.record({
			set: fc.constant(set),
			commands: fc.commands([fc.oneof(...commands)], { maxCommands: MAX_COMMANDS, size: "max" }),
		});
	});
}

function anyRequest(set: MigrationSet, anyTarget: fc.Arbitrary<Version>): fc.Arbitrary<Request> {
	const moves = set.flatMap((migration): Move[] => [
		{ migration, direction: "up", target: migration.version },
		{ migration, direction: "down", target: versionBelow(set, migration.version) },
	]);
	const anyMoves = moves.length === 0 ? fc.constant([]) : fc.array(fc.constantFrom(...moves), { maxLength: 3 });
	return fc.oneof(
		{ weight: 3, arbitrary: fc.constant<Request>({ kind: "up" }) },
		{ weight: 2, arbitrary: fc.constant<Request>({ kind: "down" }) },
		{ weight: 4, arbitrary: fc.integer({ min: -3, max: 4 }).map((count): Request => ({ kind: "steps", count })) },
		{ weight: 3, arbitrary: anyTarget.map((version): Request => ({ kind: "migrate", version })) },
		{ weight: 1, arbitrary: anyMoves.map((some): Request => ({ kind: "run", moves: some })) },
	);
}

function command(label: string, run: (model: Model, real: Real) => Promise<void>): Command {
	return {
		check: () => true,
		async run(model, real) {
			await run(model, real);
			await expectObjects(real.harness, model.world.objects);
			for (const engine of real.engines) await expectState(engine, model.world.version, model.world.dirty);
		},
		toString: () => label,
	};
}

function request(i: number, wanted: Request): Command {
	return command(`${i}.${requestToString(wanted)}`, async (model, { engines, harness }) => {
		const { error, report, failed, world } = predict(model.world, wanted, model);
		const doing = perform(engineAt(engines, i), harness, wanted);
		model.world = world;
		if (error === undefined) {
			assert.deepEqual(withoutDurations(await doing), report);
			return;
		}
		if (failed === undefined) {
			await rejection(error, doing);
			return;
		}
		const { details } = await rejection("ERR_MIGRATION_FAILED", doing);
		const { version, direction, dirty } = details;
		assert.deepEqual(
			{ version, direction, dirty, report: withoutDurations(details.report) },
			{ version: failed.migration.version, direction: failed.direction, dirty: world.dirty, report },
		);
	});
}

function force(i: number, version: Version): Command {
	return command(`${i}.force(${version})`, async (model, { engines }) => {
		const forcing = engineAt(engines, i).force(version);
		if (model.locked) await rejection("ERR_LOCK_TIMEOUT", forcing);
		else {
			await forcing;
			model.world = { ...model.world, version, dirty: false };
		}
	});
}

function drop(i: number): Command {
	return command(`${i}.drop()`, async (model, { engines }) => {
		const dropping = engineAt(engines, i).drop();
		if (model.locked) await rejection("ERR_LOCK_TIMEOUT", dropping);
		else {
			await dropping;
			model.world = NEW_WORLD;
		}
	});
}

function reopen(i: number): Command {
	return command(`${i}.reopen()`, async (_, { engines, open }) => {
		await engineAt(engines, i)[Symbol.asyncDispose]();
		engines[i] = await open();
	});
}

function holdLock(wanted: boolean): Command {
	return command(wanted ? "bystander.lock()" : "bystander.unlock()", async (model, { bystander }) => {
		if (wanted === model.locked) return;
		await (wanted ? bystander?.lock({ timeoutMs: 0 }) : bystander?.unlock());
		model.locked = wanted;
	});
}

function engineAt(engines: readonly Engine[], i: number): Engine {
	const engine = engines[i];
	assert.ok(engine !== undefined);
	return engine;
}

function perform(engine: Engine, { dialect }: DriverHarness, wanted: Request): Promise<MigrationReport> {
	switch (wanted.kind) {
		case "up":
			return engine.up();
		case "down":
			return engine.down();
		case "steps":
			return engine.steps(wanted.count);
		case "migrate":
			return engine.migrate(wanted.version);
		case "run":
			return engine.run(
				...wanted.moves.map(({ migration, direction, target }) => {
					const text = migrationText(dialect, migration, direction);
					const file = text === undefined ? undefined : { identifier: IDENTIFIER, location: "", body: textBody(text) };
					return { version: migration.version, direction, target, file };
				}),
			);
	}
}

function requestToString(wanted: Request): string {
	switch (wanted.kind) {
		case "up":
		case "down":
			return `${wanted.kind}()`;
		case "steps":
			return `steps(${wanted.count})`;
		case "migrate":
			return `migrate(${wanted.version})`;
		case "run":
			return `run(${wanted.moves.map(({ migration, direction }) => `${migration.version} ${direction}`).join(", ")})`;
	}
}

function withoutDurations({ applied, ...report }: MigrationReport): ExpectedReport {
	return { ...report, applied: applied.map(({ durationMs: _, ...migration }) => migration) };
}
