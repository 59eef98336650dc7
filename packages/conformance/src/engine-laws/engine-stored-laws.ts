import assert from "node:assert/strict";
import { type MigrateOptions, memorySource, NIL_VERSION, type StoredDown, type Version } from "@godwit/core";
import type { DriverCapability, DriverHarness } from "../driver-laws/driver-harness.ts";
import { expectObjects, rejection } from "../expectations.ts";
import { lawsOfOne } from "../law.ts";
import { type Engine, expectState, namesOf, type OpenEngine, openWith } from "./model/engine.ts";
import { asOtherTool, eventsOf, type HistoryLaws, upTo, written } from "./model/engine-history.ts";
import { IDENTIFIER, migrationFiles, reversibleSet } from "./model/migration-set.ts";

/** What the texts of the history revert, and when they may not. */
export function storedLaws(openEngine: OpenEngine): HistoryLaws {
	return [runLaws, refusalLaws, shownLaws].flatMap((laws) => laws(openEngine));
}

/** Whether the history keeps texts at all; a law of stored texts has nothing to ask otherwise. */
async function keepsTexts(harness: DriverHarness): Promise<boolean> {
	await using driver = await harness.open();
	return driver.history?.keepsText(harness.dialect.create("m1")) ?? false;
}

/** Applies migrations whose down file of one version has another text. */
async function upWithDown(
	openEngine: OpenEngine,
	harness: DriverHarness,
	versions: readonly Version[],
	edited: Readonly<Record<string, string | undefined>>,
): Promise<void> {
	const files = Object.entries({ ...migrationFiles(harness.dialect, reversibleSet(versions)), ...edited });
	const source = memorySource(
		Object.fromEntries(files.filter((file): file is [string, string] => file[1] !== undefined)),
	);
	await using engine = openEngine({ source, driver: await harness.open() });
	await engine.up();
}

function downFile(version: Version): string {
	return `${version}_${IDENTIFIER}.down.sql`;
}

/** Of a checkout that has the first migration alone. */
function withFirst(openEngine: OpenEngine, harness: DriverHarness, options?: MigrateOptions): Promise<Engine> {
	return openWith(openEngine, harness, reversibleSet([1n]), options);
}

function runLaws(openEngine: OpenEngine): HistoryLaws {
	return lawsOfOne<DriverHarness, DriverCapability>([
		{
			id: "engine/reverts-with-stored-texts",
			of: "DownOptions.stored",
			async check(harness) {
				if (!(await keepsTexts(harness))) return;
				await upTo(openEngine, harness, [1n, 2n, 3n]);
				await using engine = await withFirst(openEngine, harness);
				const before = await harness.fingerprint?.();
				const stored = await engine.storedDown(2);
				assert.equal(await harness.fingerprint?.(), before, "to look at them writes nothing");
				const up = (await eventsOf(harness)).findLast(({ op }) => op === "up");
				assert.deepEqual(stored[0], {
					version: 3n,
					target: 2n,
					title: IDENTIFIER,
					appliedAt: up?.at,
					eventId: up?.id,
					text: harness.dialect.drop("m3"),
				});
				const report = await engine.down({ stored });
				assert.deepEqual(namesOf(report.applied), ["3 down", "2 down"]);
				await expectObjects(harness, ["m1"]);
				await expectState(engine, 1n, false);
				const reverted = (await eventsOf(harness)).slice(-2);
				assert.deepEqual(reverted.map(written), ["down 3 to 2", "down 2 to 1"]);
				assert.equal(reverted[0]?.note, `with the down text of event ${up?.id}`);
				assert.equal(reverted[0]?.downChecksum, up?.downChecksum);
				assert.deepEqual((await engine.status()).findings, []);
				assert.deepEqual(namesOf((await engine.down({ stored: await engine.storedDown() })).applied), ["1 down"]);
				await expectState(engine, NIL_VERSION, false);
				assert.deepEqual(await engine.storedDown(), []);
				assert.deepEqual((await engine.down({ stored: [] })).applied, []);
			},
		},
		{
			id: "engine/reverts-with-the-text-of-the-last-time",
			of: "Migrate.storedDown",
			async check(harness) {
				if (!(await keepsTexts(harness))) return;
				const { comment, drop } = harness.dialect;
				await upTo(openEngine, harness, [1n]);
				await using engine = await withFirst(openEngine, harness);
				await engine.down();
				const text = `${comment("the second time")}\n${drop("m1")}`;
				await upWithDown(openEngine, harness, [1n], { [downFile(1n)]: text });
				assert.deepEqual(
					(await engine.storedDown()).map((stored) => stored.text),
					[text],
				);
			},
		},
	]);
}

function refusalLaws(openEngine: OpenEngine): HistoryLaws {
	return lawsOfOne<DriverHarness, DriverCapability>([
		{
			id: "engine/refuses-what-has-no-stored-text",
			of: "ErrorDetails.ERR_STORED_TEXT",
			async check(harness) {
				if (!(await keepsTexts(harness))) return;
				const { noStore, reachesBeyond, drop } = harness.dialect;
				const texts = [undefined, noStore?.(drop("m2")), reachesBeyond && `${drop("m2")}\n${reachesBeyond}`];
				for (const text of texts.filter((given, index) => index === 0 || given !== undefined)) {
					await upWithDown(openEngine, harness, [1n, 2n, 3n], { [downFile(2n)]: text });
					await using engine = await withFirst(openEngine, harness);
					assert.equal((await engine.storedDown(1)).length, 1);
					const { details } = await rejection("ERR_STORED_TEXT", engine.storedDown());
					assert.equal(details.version, 2n);
					await engine.drop();
				}
			},
		},
		{
			id: "engine/refuses-stored-texts-where-another-tool-was",
			of: "Migrate.storedDown",
			async check(harness) {
				if (!(await keepsTexts(harness))) return;
				await upTo(openEngine, harness, [1n, 2n, 3n]);
				await using engine = await openWith(openEngine, harness, reversibleSet([1n, 2n, 3n, 4n, 5n]));
				const stored = await engine.storedDown(1);
				await asOtherTool(harness, 3n);
				await rejection("ERR_HISTORY_UNKNOWN", engine.storedDown(1));
				await rejection("ERR_HISTORY_UNKNOWN", engine.down({ stored }));
				await engine.steps(1);
				// It has run since.
				assert.equal((await engine.storedDown(1)).length, 1);
				await rejection("ERR_HISTORY_UNKNOWN", engine.storedDown(2));
				await expectObjects(harness, ["m1", "m2", "m3", "m4"]);
				await expectState(engine, 4n, false);
			},
		},
		{
			id: "engine/refuses-stored-texts-of-what-did-not-run",
			of: "Migrate.storedDown",
			async check(harness) {
				if (!(await keepsTexts(harness))) return;
				await upTo(openEngine, harness, [1n, 2n]);
				await using engine = await openWith(openEngine, harness, reversibleSet([1n, 2n]));
				await engine.force(2n);
				const { details } = await rejection("ERR_HISTORY_UNKNOWN", engine.storedDown(1));
				assert.deepEqual(details.versions, [2n]);
			},
		},
	]);
}

function shownLaws(openEngine: OpenEngine): HistoryLaws {
	return lawsOfOne<DriverHarness, DriverCapability>([
		{
			id: "engine/runs-no-other-stored-text-than-was-shown",
			of: "DownOptions.stored",
			async check(harness) {
				if (!(await keepsTexts(harness))) return;
				await upTo(openEngine, harness, [1n, 2n, 3n]);
				await using engine = await openWith(openEngine, harness, reversibleSet([1n, 2n, 3n]));
				const stored = await engine.storedDown(2);
				const [third, second] = stored as [StoredDown, StoredDown];
				const changes: readonly (readonly StoredDown[])[] = [
					[second],
					[second, third],
					[third, { ...second, text: harness.dialect.comment("another") }],
					[third, { ...second, eventId: third.eventId }],
					[{ ...third, target: 1n }],
				];
				for (const changed of changes) await rejection("ERR_STORED_TEXT", engine.down({ stored: changed }));
				await engine.redo(1);
				// Nothing but the event is another one.
				await rejection("ERR_STORED_TEXT", engine.down({ stored }));
				await expectObjects(harness, ["m1", "m2", "m3"]);
				await expectState(engine, 3n, false);
			},
		},
	]);
}
