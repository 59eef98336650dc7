import assert from "node:assert/strict";
import { type Driver, NIL_VERSION, type Version } from "@godwit/core";
import fc from "fast-check";
import { anyVersion } from "../any-version.ts";
import { expectObjects, expectVersion, rejection } from "../expectations.ts";
import type { Law, RunOptions } from "../law.ts";
import { type Script, scriptBody, scriptEffect, scriptToString } from "../memory/script.ts";
import type { DriverCapability, DriverHarness } from "./driver-harness.ts";

const MAX_COMMANDS = 20;

/** All that a driver has to remember. */
interface Model {
	version: Version;
	dirty: boolean;
	objects: ReadonlySet<string>;
	/** Which instances hold the lock; one at most where the lock excludes other instances. */
	readonly holders: Set<number>;
}

interface Real {
	readonly harness: DriverHarness;
	readonly drivers: Driver[];
}

type Command = fc.AsyncCommand<Model, Real>;

/** Random calls on several instances of one database, against a model that is a handful of variables. */
export const driverModelLaw: Law<DriverHarness, DriverCapability> = {
	id: "model/agrees-with-variables",
	of: "Driver",
	async check(create, run) {
		const instances = run.capabilities.has("persistent") ? 3 : 1;
		const agrees = fc.asyncProperty(anyCommands(instances, run), async (commands) => {
			await using harness = await create();
			const drivers: Driver[] = [];
			try {
				for (let i = 0; i < instances; i++) drivers.push(await harness.open());
				const model: Model = { version: NIL_VERSION, dirty: false, objects: new Set(), holders: new Set() };
				await fc.asyncModelRun(() => ({ model, real: { harness, drivers } }), commands);
				for (const driver of drivers) await expectVersion(driver, model.version, model.dirty);
				await expectObjects(harness, model.objects);
			} finally {
				for (const driver of drivers) await driver.close();
			}
		});
		await fc.assert(agrees, { seed: run.seed, numRuns: run.numRuns });
	},
};

function anyCommands(
	instances: number,
	{ capabilities }: RunOptions<DriverCapability>,
): fc.Arbitrary<Iterable<Command>> {
	const has = (capability: DriverCapability): boolean => capabilities.has(capability);
	const instance = fc.nat({ max: instances - 1 });
	const atomic = anyScript(4);
	const inRun = has("atomic-run") ? atomic : anyScript(1);
	const commands: fc.Arbitrary<Command>[] = [
		instance.map(version),
		fc.tuple(instance, anyVersion, fc.boolean()).map((args) => setVersion(...args)),
		fc.tuple(instance, fc.constant(NIL_VERSION), fc.boolean()).map((args) => setVersion(...args)),
		fc.tuple(instance, inRun).map((args) => runScript(...args)),
		instance.map(drop),
	];
	if (has("apply")) commands.push(fc.tuple(instance, atomic, anyVersion).map((args) => applyScript(...args)));
	if (has("lock")) {
		const exclusive = has("cross-instance-lock");
		commands.push(
			instance.map((i) => lock(i, exclusive)),
			instance.map((i) => unlock(i)),
		);
	}
	if (has("persistent")) commands.push(instance.map(reopen));
	return fc.commands(commands, { maxCommands: MAX_COMMANDS, size: "max" });
}

function anyScript(maxLength: number): fc.Arbitrary<Script> {
	const name = fc.constantFrom("a", "b", "c");
	const statement = fc.oneof(
		{ weight: 5, arbitrary: fc.record({ verb: fc.constant("create" as const), name }) },
		{ weight: 3, arbitrary: fc.record({ verb: fc.constant("drop" as const), name }) },
		{ weight: 1, arbitrary: fc.record({ verb: fc.constant("fail" as const) }) },
	);
	return fc.array(statement, { minLength: 1, maxLength });
}

function command(label: string, check: (model: Model) => boolean, run: RunCommand): Command {
	return {
		check,
		run,
		toString: () => label,
	};
}

type RunCommand = (model: Model, real: Real) => Promise<void>;

function driverOf({ drivers }: Real, i: number): Driver {
	const driver = drivers[i];
	assert.ok(driver !== undefined);
	return driver;
}

/** Whoever writes while somebody else holds the lock breaks the rules, so the contract says nothing about it. */
function mayWrite(i: number): (model: Model) => boolean {
	return ({ holders }) => holders.size === 0 || holders.has(i);
}

const always = (): boolean => true;

function version(i: number): Command {
	return command(`${i}.version()`, always, (model, real) =>
		expectVersion(driverOf(real, i), model.version, model.dirty),
	);
}

function setVersion(i: number, to: Version, dirty: boolean): Command {
	return command(`${i}.setVersion({ version: ${to}, dirty: ${dirty} })`, mayWrite(i), async (model, real) => {
		await driverOf(real, i).setVersion({ version: to, dirty });
		model.version = to;
		model.dirty = dirty;
	});
}

function runScript(i: number, script: Script): Command {
	return command(`${i}.run(${scriptToString(script)})`, mayWrite(i), async (model, real) => {
		const effect = scriptEffect(script, model.objects);
		const running = driverOf(real, i).run(scriptBody(real.harness.dialect, script));
		if (effect === undefined) await rejection("ERR_SQL", running);
		else await running;
		model.objects = effect ?? model.objects;
		await expectObjects(real.harness, model.objects);
	});
}

function applyScript(i: number, script: Script, to: Version): Command {
	return command(`${i}.apply(${scriptToString(script)}; ${to})`, mayWrite(i), async (model, real) => {
		const effect = scriptEffect(script, model.objects);
		const applying =
			driverOf(real, i).apply?.(scriptBody(real.harness.dialect, script), { version: to, dirty: false }) ??
			Promise.resolve();
		if (effect === undefined) await rejection("ERR_SQL", applying);
		else {
			assert.equal(await applying, "applied");
			model.objects = effect;
			model.version = to;
			model.dirty = false;
		}
		await expectObjects(real.harness, model.objects);
		await expectVersion(driverOf(real, i), model.version, model.dirty);
	});
}

function drop(i: number): Command {
	return command(`${i}.drop()`, mayWrite(i), async (model, real) => {
		await driverOf(real, i).drop();
		model.version = NIL_VERSION;
		model.dirty = false;
		model.objects = new Set();
		await expectObjects(real.harness, []);
	});
}

function lock(i: number, exclusive: boolean): Command {
	return command(`${i}.lock()`, always, async ({ holders }, real) => {
		const locking = driverOf(real, i).lock({ timeoutMs: 0 });
		if (holders.has(i)) await rejection("ERR_LOCKED", locking);
		else if (exclusive && holders.size > 0) await rejection("ERR_LOCK_TIMEOUT", locking);
		else {
			await locking;
			holders.add(i);
		}
	});
}

function unlock(i: number): Command {
	return command(`${i}.unlock()`, always, async ({ holders }, real) => {
		const unlocking = driverOf(real, i).unlock();
		if (!holders.has(i)) await rejection("ERR_NOT_LOCKED", unlocking);
		else await unlocking;
		holders.delete(i);
	});
}

function reopen(i: number): Command {
	return command(`${i}.reopen()`, always, async ({ holders }, { harness, drivers }) => {
		await driverOf({ harness, drivers }, i).close();
		drivers[i] = await harness.open();
		holders.delete(i);
	});
}
