import assert from "node:assert/strict";
import {
	type Driver,
	type EventOp,
	type Finding,
	type MigrateEvent,
	type MigrateOptions,
	memorySource,
	NIL_VERSION,
	type RecordedEvent,
	textBody,
	type Version,
} from "@godwit/core";
import type { DriverCapability, DriverHarness } from "../driver-laws/driver-harness.ts";
import { expectObjects, rejection } from "../expectations.ts";
import { type Law, lawsOfOne } from "../law.ts";
import { type Engine, expectState, namesOf, type OpenEngine, openWith } from "./engine.ts";
import { failing, IDENTIFIER, migrationFiles, reversibleSet } from "./migration-set.ts";

type HistoryLaws = readonly Law<DriverHarness, DriverCapability>[];

/** What `Migrate` promises with a driver that keeps a history. */
export function engineHistoryLaws(openEngine: OpenEngine): HistoryLaws {
	return [
		...eventLaws(openEngine),
		...otherToolLaws(openEngine),
		...policyLaws(openEngine),
		...repairLaws(openEngine),
	].map((law) => ({
		...law,
		requires: [...(law.requires ?? []), "history", "persistent"] as const,
	}));
}

function eventLaws(openEngine: OpenEngine): HistoryLaws {
	return lawsOfOne<DriverHarness, DriverCapability>([
		{
			id: "engine/records-each-migration",
			of: "HistoryEvent",
			async check(harness) {
				await using engine = await openWith(openEngine, harness, reversibleSet([1n, 2n]));
				await engine.up();
				await engine.steps(-1);
				const events = await eventsOf(harness);
				assert.deepEqual(events.map(written), ["up 1 to 1", "up 2 to 2", "down 2 to 1"]);
				for (const event of events) {
					assert.equal(event.title, IDENTIFIER);
					assert.match(event.at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
					assert.ok((event.durationMs ?? -1) >= 0);
				}
				const [, up, down] = events;
				assert.match(up?.checksum ?? "", /^t1:[0-9a-f]{64}/);
				assert.match(up?.downChecksum ?? "", /^t1:[0-9a-f]{64}/);
				assert.equal(down?.downChecksum, up?.downChecksum);
			},
		},
		{
			id: "engine/records-texts",
			of: "HistoryEvent.upText",
			async check(harness) {
				const files = migrationFiles(harness.dialect, reversibleSet([1n]));
				await using engine = await openWith(openEngine, harness, reversibleSet([1n]));
				await engine.up();
				await using driver = await harness.open();
				const [event] = (await driver.history?.read())?.events ?? [];
				const texts = await driver.history?.texts(event?.id ?? 0);
				if (!driver.history?.keepsTexts) return;
				assert.deepEqual(Object.values(files).toSorted(), [texts?.up, texts?.down].toSorted());
			},
		},
		{
			id: "engine/idle-start-reads-no-events",
			of: "Migrate.up",
			async check(harness) {
				const set = reversibleSet([1n, 2n, 3n]);
				await using engine = await openWith(openEngine, harness, set);
				await engine.up();
				await engine.steps(-2);
				await engine.up();
				let reads = 0;
				await using driver = await harness.open();
				const { history } = driver;
				assert.ok(history !== undefined);
				const read: typeof history.read = (options) => {
					reads++;
					return history.read(options);
				};
				const watched: Driver = Object.create(driver, { history: { value: { ...history, read } } });
				const idle = openEngine({ source: memorySource(migrationFiles(harness.dialect, set)), driver: watched });
				assert.deepEqual((await idle.up()).applied, []);
				assert.equal(reads, 0);
			},
		},
		{
			id: "engine/records-what-began",
			of: "HistoryEvent",
			requires: ["no-transaction"],
			async check(harness) {
				const set = reversibleSet([1n]).map((migration) => ({ ...migration, noTransaction: true }));
				{
					await using engine = await openWith(openEngine, harness, failing(set, 1n, "up"));
					await rejection("ERR_MIGRATION_FAILED", engine.up());
					await engine.force(NIL_VERSION);
				}
				await using engine = await openWith(openEngine, harness, set);
				await engine.up();
				const events = (await eventsOf(harness)).map(written);
				assert.deepEqual(events, ["start 1 to 1", "force -1 to -1", "start 1 to 1", "up 1 to 1"]);
			},
		},
		{
			id: "engine/records-nothing-of-what-was-rolled-back",
			of: "HistoryEvent",
			requires: ["apply"],
			async check(harness) {
				await using engine = await openWith(openEngine, harness, failing(reversibleSet([1n, 2n]), 2n, "up"));
				await rejection("ERR_MIGRATION_FAILED", engine.up());
				assert.deepEqual((await eventsOf(harness)).map(written), ["up 1 to 1"]);
			},
		},
		{
			id: "engine/records-a-transaction-of-all",
			of: "MigrateOptions.transaction",
			requires: ["transaction"],
			async check(harness) {
				await using engine = await openWith(openEngine, harness, reversibleSet([1n, 2n]), { transaction: "all" });
				await engine.up();
				assert.deepEqual((await eventsOf(harness)).map(written), ["up 1 to 1", "up 2 to 2"]);
			},
		},
	]);
}

function otherToolLaws(openEngine: OpenEngine): HistoryLaws {
	return lawsOfOne<DriverHarness, DriverCapability>([
		{
			id: "engine/adopts-what-another-tool-applied",
			of: "Migrate.up",
			async check(harness) {
				await asOtherTool(harness, 3n);
				await upTo(openEngine, harness, [1n, 3n]);
				assert.deepEqual((await eventsOf(harness)).map(written), ["adopt 1 to 3", "adopt 3 to 3"]);
				// Once, and a file that is merged later is out of order from now on.
				await upTo(openEngine, harness, [1n, 3n]);
				assert.equal((await eventsOf(harness)).length, 2);
				await using engine = await openWith(openEngine, harness, reversibleSet([1n, 2n, 3n]));
				const { details } = await rejection("ERR_OUT_OF_ORDER", engine.up());
				assert.deepEqual(details.versions, [2n]);
			},
		},
		{
			id: "engine/does-not-run-twice-what-another-tool-may-have-applied",
			of: "Policies.outOfOrder",
			async check(harness) {
				await upTo(openEngine, harness, [1n, 3n]);
				// It has gone down to 1, and up again through a 2 that was merged meanwhile.
				await asOtherTool(harness, 3n);
				const { engine, findings } = await listening(openEngine, harness, [1n, 2n, 3n], { outOfOrder: "apply" });
				await using _ = engine;
				assert.deepEqual((await engine.up()).applied, []);
				assert.deepEqual(
					findings.map(({ kind, versions }) => ({ kind, versions })),
					[{ kind: "unknown", versions: [2n] }],
				);
				await rejection("ERR_HISTORY_UNKNOWN", engine.down());
				await expectObjects(harness, ["m1", "m3"]);
			},
		},
		{
			id: "engine/goes-on-where-another-tool-stopped",
			of: "Migrate.up",
			async check(harness) {
				await upTo(openEngine, harness, [1n]);
				await asOtherTool(harness, 2n);
				await using engine = await openWith(openEngine, harness, reversibleSet([1n, 2n, 3n]));
				const { applied } = await engine.up();
				assert.deepEqual(namesOf(applied), ["3 up"]);
				const events = (await eventsOf(harness)).map(written);
				assert.deepEqual(events, ["up 1 to 1", "other-tool 1 to 2", "adopt 2 to 2", "up 3 to 3"]);
			},
		},
		{
			id: "engine/force-settles-what-was-unknown",
			of: "Migrate.force",
			async check(harness) {
				await upTo(openEngine, harness, [1n, 3n]);
				await asOtherTool(harness, 3n);
				await using engine = await openWith(openEngine, harness, reversibleSet([1n, 2n, 3n]));
				await engine.force(2n);
				assert.deepEqual((await eventsOf(harness)).map(written).slice(-1), ["force 2 to 2"]);
				const { details } = await rejection("ERR_MIGRATION_FAILED", engine.up());
				assert.equal(details.version, 3n);
			},
		},
	]);
}

function policyLaws(openEngine: OpenEngine): HistoryLaws {
	return lawsOfOne<DriverHarness, DriverCapability>([
		{
			id: "engine/refuses-out-of-order",
			of: "ErrorDetails.ERR_OUT_OF_ORDER",
			async check(harness) {
				await upTo(openEngine, harness, [1n, 3n]);
				await using engine = await openWith(openEngine, harness, reversibleSet([1n, 2n, 3n, 4n]));
				for (const goingUp of [
					() => engine.up(),
					() => engine.steps(1),
					() => engine.migrate(4n),
					() => engine.migrate(2n),
				]) {
					const { details } = await rejection("ERR_OUT_OF_ORDER", goingUp());
					assert.deepEqual(details.versions, [2n]);
				}
				assert.deepEqual((await engine.steps(0)).applied, []);
				await expectObjects(harness, ["m1", "m3"]);
				await expectState(engine, 3n, false);
				// Reverting does not pass it.
				assert.deepEqual(namesOf((await engine.migrate(1n)).applied), ["3 down"]);
				assert.deepEqual(namesOf((await engine.up()).applied), ["2 up", "3 up", "4 up"]);
			},
		},
		{
			id: "engine/skips-out-of-order",
			of: "Policies.outOfOrder",
			async check(harness) {
				await upTo(openEngine, harness, [1n, 3n]);
				const { engine, findings } = await listening(openEngine, harness, [1n, 2n, 3n, 4n], { outOfOrder: "skip" });
				await using _ = engine;
				assert.deepEqual(namesOf((await engine.up()).applied), ["4 up"]);
				assert.deepEqual(
					findings.map(({ kind, level, versions }) => ({ kind, level, versions })),
					[{ kind: "out-of-order", level: "warning", versions: [2n] }],
				);
				assert.deepEqual(namesOf((await engine.down()).applied), ["4 down", "3 down", "1 down"]);
			},
		},
		{
			id: "engine/applies-out-of-order",
			of: "Policies.outOfOrder",
			async check(harness) {
				await upTo(openEngine, harness, [1n, 3n]);
				const set = reversibleSet([1n, 2n, 3n, 4n]);
				await using engine = await openWith(openEngine, harness, set, { outOfOrder: "apply" });
				assert.deepEqual(namesOf((await engine.up()).applied), ["2 up", "4 up"]);
				await expectObjects(harness, ["m1", "m2", "m3", "m4"]);
				assert.deepEqual((await eventsOf(harness)).map(written).slice(2), ["up 2 to 3", "up 4 to 4"]);
				assert.deepEqual(namesOf((await engine.down()).applied), ["4 down", "3 down", "2 down", "1 down"]);
			},
		},
		{
			id: "engine/refuses-changed-files",
			of: "ErrorDetails.ERR_CHANGED",
			async check(harness) {
				await upTo(openEngine, harness, [1n, 2n]);
				const edited = (versions: readonly Version[]): Record<string, string> => {
					const files = migrationFiles(harness.dialect, reversibleSet(versions));
					return { ...files, [`2_${IDENTIFIER}.up.sql`]: harness.dialect.create("edited") };
				};
				await using idle = openEngine({ source: memorySource(edited([1n, 2n])), driver: await harness.open() });
				assert.deepEqual((await idle.up()).applied, []);
				const source = memorySource(edited([1n, 2n, 3n]));
				await using strict = openEngine({ source, driver: await harness.open() });
				const { details, message } = await rejection("ERR_CHANGED", strict.up());
				assert.deepEqual(details.versions, [2n]);
				assert.match(message, /2_m\.up\.sql/);
				await expectObjects(harness, ["m1", "m2"]);
				const findings: Finding[] = [];
				await using mild = openEngine({
					source,
					driver: await harness.open(),
					changed: "warn",
					onEvent: (event) => void (event.type === "finding" && findings.push(event.finding)),
				});
				assert.deepEqual(namesOf((await mild.up()).applied), ["3 up"]);
				assert.deepEqual(
					findings.map(({ kind }) => kind),
					["changed"],
				);
			},
		},
		{
			id: "engine/takes-other-line-ends-for-the-same-file",
			of: "ErrorDetails.ERR_CHANGED",
			async check(harness) {
				await upTo(openEngine, harness, [1n]);
				const files = migrationFiles(harness.dialect, reversibleSet([1n, 2n]));
				const checkedOut = Object.entries(files).map(([name, text]) => [name, `${text.replaceAll("\n", "\r\n")}\r\n`]);
				const source = memorySource(Object.fromEntries(checkedOut));
				await using engine = openEngine({ source, driver: await harness.open() });
				assert.deepEqual(namesOf((await engine.up()).applied), ["2 up"]);
			},
		},
		{
			id: "engine/refuses-a-newer-database",
			of: "ErrorDetails.ERR_DATABASE_NEWER",
			async check(harness) {
				await upTo(openEngine, harness, [1n, 2n, 3n]);
				await using strict = await openWith(openEngine, harness, reversibleSet([1n, 2n]));
				for (const going of [() => strict.up(), () => strict.down(), () => strict.migrate(1n)]) {
					const { details } = await rejection("ERR_DATABASE_NEWER", going());
					assert.deepEqual(details, { version: 3n, newest: 2n });
				}
				const { engine, findings } = await listening(openEngine, harness, [1n, 2n], { newer: "allow" });
				await using _ = engine;
				assert.deepEqual((await engine.up()).applied, []);
				assert.deepEqual(
					findings.map(({ kind }) => kind),
					["newer"],
				);
				await rejection("ERR_DATABASE_NEWER", engine.down());
				await expectState(engine, 3n, false);
			},
		},
		{
			id: "engine/tells-of-missing-files",
			of: "Finding",
			async check(harness) {
				await upTo(openEngine, harness, [1n, 2n, 3n]);
				const { engine, findings } = await listening(openEngine, harness, [1n, 3n], {});
				await using _ = engine;
				assert.deepEqual((await engine.up()).applied, []);
				assert.deepEqual(
					findings.map(({ kind, versions }) => ({ kind, versions })),
					[{ kind: "missing", versions: [2n] }],
				);
				const { details } = await rejection("ERR_IRREVERSIBLE", engine.down());
				assert.equal(details.version, 2n);
				await expectObjects(harness, ["m1", "m2", "m3"]);
			},
		},
	]);
}

function repairLaws(openEngine: OpenEngine): HistoryLaws {
	return lawsOfOne<DriverHarness, DriverCapability>([
		{
			id: "engine/status-tells-the-state-of-each",
			of: "Migrate.status",
			async check(harness) {
				await upTo(openEngine, harness, [1n, 2n, 4n, 5n, 9n]);
				await using engine = await openWith(openEngine, harness, reversibleSet([1n, 3n, 4n, 5n, 9n, 10n]));
				await engine.repair({ kind: "skip", version: 3n });
				const before = await harness.fingerprint?.();
				const files = migrationFiles(harness.dialect, reversibleSet([1n, 3n, 4n, 5n, 7n, 10n]));
				const edited = {
					...files,
					[`4_${IDENTIFIER}.up.sql`]: harness.dialect.create("edited"),
					[`10_${IDENTIFIER}.up.sql`]: harness.dialect.failing,
				};
				await using other = openEngine({ source: memorySource(edited), driver: await harness.open() });
				const { version, dirty, history, migrations } = await other.status();
				assert.deepEqual({ version, dirty, history }, { version: 9n, dirty: false, history: "kept" });
				assert.deepEqual(
					migrations.map((migration) => `${migration.version} ${migration.state}`),
					[
						"1 applied",
						"2 missing",
						"3 skipped",
						"4 changed",
						"5 applied",
						"7 out-of-order",
						"9 missing",
						"10 pending",
					],
				);
				assert.equal(await harness.fingerprint?.(), before, "a status writes nothing");
			},
		},
		{
			id: "engine/status-tells-what-another-tool-did",
			of: "Migrate.status",
			async check(harness) {
				await upTo(openEngine, harness, [1n, 3n]);
				await asOtherTool(harness, 4n);
				await using engine = await openWith(openEngine, harness, reversibleSet([1n, 2n, 3n, 4n, 5n]));
				const { migrations, findings } = await engine.status();
				assert.deepEqual(
					migrations.map((migration) => `${migration.version} ${migration.state}${migration.guess ? "?" : ""}`),
					["1 applied?", "2 unknown", "3 applied?", "4 adopted?", "5 pending"],
				);
				assert.deepEqual(findings.map(({ kind }) => kind).toSorted(), ["adopted", "unknown"]);
			},
		},
		{
			id: "engine/repair-says-what-is-unknown",
			of: "Migrate.repair",
			async check(harness) {
				await upTo(openEngine, harness, [1n, 4n]);
				await asOtherTool(harness, 4n);
				await using engine = await openWith(openEngine, harness, reversibleSet([1n, 2n, 3n, 4n]));
				await engine.repair({ kind: "adopt", version: 2n, note: "looked at it" });
				await engine.repair({ kind: "skip", version: 3n });
				const { migrations, findings } = await engine.status();
				assert.deepEqual(
					migrations.map(({ version, state }) => `${version} ${state}`),
					["1 applied", "2 adopted", "3 skipped", "4 applied"],
				);
				assert.deepEqual(findings, []);
				assert.deepEqual((await engine.up()).applied, []);
				assert.equal((await eventsOf(harness)).find(({ op }) => op === "adopt")?.note, "looked at it");
			},
		},
		{
			id: "engine/repair-accepts-a-changed-file",
			of: "Migrate.repair",
			async check(harness) {
				await upTo(openEngine, harness, [1n]);
				const files = migrationFiles(harness.dialect, reversibleSet([1n, 2n]));
				const source = memorySource({ ...files, [`1_${IDENTIFIER}.up.sql`]: harness.dialect.create("edited") });
				await using engine = openEngine({ source, driver: await harness.open() });
				await rejection("ERR_CHANGED", engine.up());
				await engine.repair({ kind: "accept", version: 1n });
				assert.deepEqual(namesOf((await engine.up()).applied), ["2 up"]);
			},
		},
		{
			id: "engine/repair-says-how-a-dirty-one-ended",
			of: "Migrate.repair",
			requires: ["no-transaction"],
			async check(harness) {
				const set = reversibleSet([1n, 2n, 3n]).map((migration) => ({ ...migration, noTransaction: true }));
				await using engine = await openWith(openEngine, harness, failing(failing(set, 2n, "up"), 1n, "down"));
				await rejection("ERR_MIGRATION_FAILED", engine.up());
				await rejection("ERR_DIRTY", engine.repair({ kind: "skip", version: 3n }));
				await engine.repair({ kind: "dirty", ended: "reverted" });
				await expectState(engine, 1n, false);
				await rejection("ERR_MIGRATION_FAILED", engine.up());
				await engine.repair({ kind: "dirty", ended: "applied" });
				await expectState(engine, 2n, false);
				await harness.open().then(async (driver) => {
					await driver.run(textBody(harness.dialect.create("m2")));
					await driver.close();
				});
				assert.deepEqual(namesOf((await engine.up()).applied), ["3 up"]);
				await rejection("ERR_MIGRATION_FAILED", engine.down());
				await expectState(engine, NIL_VERSION, true);
				await engine.repair({ kind: "dirty", ended: "applied" });
				await expectState(engine, 1n, false);
				assert.deepEqual(
					(await engine.status()).migrations.map(({ version, state }) => `${version} ${state}`),
					["1 applied", "2 pending", "3 pending"],
				);
			},
		},
		{
			id: "engine/repair-refuses-what-does-not-fit",
			of: "ErrorDetails.ERR_REPAIR",
			async check(harness) {
				await upTo(openEngine, harness, [1n, 2n]);
				await using engine = await openWith(openEngine, harness, reversibleSet([1n, 2n, 3n]));
				const before = await eventsOf(harness);
				for (const cure of [
					{ kind: "adopt", version: 1n },
					{ kind: "adopt", version: 3n },
					{ kind: "skip", version: 2n },
					{ kind: "skip", version: 9n },
					{ kind: "accept", version: 3n },
					{ kind: "dirty", ended: "applied" },
				] as const) {
					await rejection("ERR_REPAIR", engine.repair(cure));
				}
				assert.deepEqual(await eventsOf(harness), before);
				await expectState(engine, 2n, false);
			},
		},
		{
			id: "engine/redo-is-down-and-up",
			of: "Migrate.redo",
			async check(harness) {
				await upTo(openEngine, harness, [1n, 2n, 3n]);
				const files = migrationFiles(harness.dialect, reversibleSet([1n, 2n, 3n]));
				const source = memorySource({ ...files, [`3_${IDENTIFIER}.up.sql`]: harness.dialect.create("edited") });
				await using engine = openEngine({ source, driver: await harness.open() });
				assert.deepEqual(namesOf((await engine.redo(2)).applied), ["3 down", "2 down", "2 up", "3 up"]);
				await expectObjects(harness, ["m1", "m2", "edited"]);
				await expectState(engine, 3n, false);
				assert.deepEqual((await engine.status()).findings, []);
			},
		},
	]);
}

async function upTo(openEngine: OpenEngine, harness: DriverHarness, versions: readonly Version[]): Promise<void> {
	await using engine = await openWith(openEngine, harness, reversibleSet(versions));
	await engine.up();
}

async function listening(
	openEngine: OpenEngine,
	harness: DriverHarness,
	versions: readonly Version[],
	options: MigrateOptions,
): Promise<{ readonly engine: Engine; readonly findings: readonly Finding[] }> {
	const findings: Finding[] = [];
	const onEvent = (event: MigrateEvent): void => void (event.type === "finding" && findings.push(event.finding));
	return { engine: await openWith(openEngine, harness, reversibleSet(versions), { ...options, onEvent }), findings };
}

/** Writes the version as a tool does that keeps no history. */
async function asOtherTool(harness: DriverHarness, version: Version): Promise<void> {
	await using driver = await harness.open();
	await driver.setVersion({ version, dirty: false });
}

async function eventsOf(harness: DriverHarness): Promise<readonly RecordedEvent[]> {
	await using driver = await harness.open();
	return (await driver.history?.read())?.events ?? [];
}

/** `up 2 to 3`. */
function written({ op, version, target }: { op: EventOp; version: Version; target: Version }): string {
	return `${op} ${version} to ${target}`;
}
