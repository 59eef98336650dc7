import assert from "node:assert/strict";
import { NIL_VERSION, textBody } from "@godwit/core";
import type { DriverCapability, DriverHarness } from "../../driver-laws/driver-harness.ts";
import { rejection } from "../../expectations.ts";
import { lawsOfOne } from "../../law.ts";
import { expectState, namesOf, type OpenEngine, openWith } from "../model/engine.ts";
import { asOtherTool, type HistoryLaws, upTo } from "../model/engine-history.ts";
import { failing, reversibleSet } from "../model/migration-set.ts";

/** How somebody puts a dirty database right. */
export function dirtyCureLaws(openEngine: OpenEngine): HistoryLaws {
	return [...ownDirtyLaws(openEngine), ...otherToolsDirtyLaws(openEngine)];
}

function ownDirtyLaws(openEngine: OpenEngine): HistoryLaws {
	return lawsOfOne<DriverHarness, DriverCapability>([
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
			id: "engine/dirty-names-what-is-half-done",
			of: "ErrorDetails.ERR_DIRTY",
			requires: ["no-transaction"],
			async check(harness) {
				await upTo(openEngine, harness, [1n, 3n]);
				const set = reversibleSet([1n, 2n, 3n]).map((migration) => ({ ...migration, noTransaction: true }));
				const broken = failing(failing(set, 2n, "up"), 3n, "down");
				await using engine = await openWith(openEngine, harness, broken, { outOfOrder: "apply" });
				for (const [going, version, row, states] of [
					[() => engine.up(), 2n, 3n, ["1 applied", "2 dirty", "3 applied"]],
					[() => engine.down(), 3n, 1n, ["1 applied", "2 pending", "3 dirty"]],
				] as const) {
					const { message } = await rejection("ERR_MIGRATION_FAILED", going());
					assert.match(message, /repair -dirty/);
					// The row tells another version.
					await expectState(engine, row, true);
					const { details } = await rejection("ERR_DIRTY", engine.up());
					assert.equal(details.version, version);
					const { migrations, findings } = await engine.status();
					assert.deepEqual(
						migrations.map((migration) => `${migration.version} ${migration.state}`.replace("reformatted", "applied")),
						states,
					);
					assert.deepEqual(findings.find(({ kind }) => kind === "dirty")?.versions, [version]);
					await engine.repair({ kind: "dirty", ended: "reverted" });
				}
			},
		},
	]);
}

function otherToolsDirtyLaws(openEngine: OpenEngine): HistoryLaws {
	return lawsOfOne<DriverHarness, DriverCapability>([
		{
			id: "engine/repair-settles-what-another-tool-left-dirty",
			of: "Migrate.repair",
			requires: ["no-transaction"],
			async check(harness) {
				const set = reversibleSet([1n, 2n, 3n, 5n]).map((one) => ({ ...one, noTransaction: one.version === 5n }));
				{
					await using engine = await openWith(openEngine, harness, failing(set, 5n, "up"));
					await rejection("ERR_MIGRATION_FAILED", engine.up());
				}
				await asOtherTool(harness, 3n);
				await asOtherTool(harness, 4n, { dirty: true });
				await using engine = await openWith(openEngine, harness, reversibleSet([1n, 2n, 3n, 4n, 5n]));
				const states = async () =>
					(await engine.status()).migrations.map(({ version, state }) => `${version} ${state}`);
				assert.deepEqual(await states(), ["1 applied", "2 applied", "3 applied", "4 dirty", "5 pending"]);
				await engine.repair({ kind: "dirty", ended: "applied" });
				await expectState(engine, 4n, false);
				assert.deepEqual(await states(), ["1 applied", "2 applied", "3 applied", "4 applied", "5 pending"]);
			},
		},
		{
			id: "engine/repair-settles-what-another-tool-left-before-the-first",
			of: "Migrate.repair",
			async check(harness) {
				await upTo(openEngine, harness, [1n, 2n]);
				for (const [ended, version, states] of [
					["applied", 1n, ["1 applied", "2 pending"]],
					["reverted", NIL_VERSION, ["1 pending", "2 pending"]],
				] as const) {
					// It says so while it reverts the first one.
					await asOtherTool(harness, NIL_VERSION, { dirty: true });
					await using engine = await openWith(openEngine, harness, reversibleSet([1n, 2n]));
					await engine.repair({ kind: "dirty", ended });
					await expectState(engine, version, false);
					const { migrations } = await engine.status();
					assert.deepEqual(
						migrations.map((migration) => `${migration.version} ${migration.state}`),
						states,
					);
				}
			},
		},
	]);
}
