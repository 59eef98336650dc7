import assert from "node:assert/strict";
import { NIL_VERSION } from "@godwit/core";
import type { DriverCapability, DriverHarness } from "../driver-laws/driver-harness.ts";
import { expectObjects, rejection } from "../expectations.ts";
import { lawsOfOne } from "../law.ts";
import { namesOf, type OpenEngine, openWith } from "./model/engine.ts";
import { asOtherTool, eventsOf, type HistoryLaws, listening, upTo, written } from "./model/engine-history.ts";
import { reversibleSet } from "./model/migration-set.ts";

/** What is known once a tool that keeps no history was at work. */
export function otherToolLaws(openEngine: OpenEngine): HistoryLaws {
	return [adoptionLaws, guessLaws, unknownVersionLaws].flatMap((laws) => laws(openEngine));
}

function adoptionLaws(openEngine: OpenEngine): HistoryLaws {
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

function guessLaws(openEngine: OpenEngine): HistoryLaws {
	return lawsOfOne<DriverHarness, DriverCapability>([
		{
			id: "engine/guesses-what-the-version-alone-says",
			of: "Migrate.status",
			async check(harness) {
				await upTo(openEngine, harness, [1n, 3n]);
				// It has gone down to a version that is not in this source.
				await asOtherTool(harness, 2n);
				await using engine = await openWith(openEngine, harness, reversibleSet([1n, 3n]));
				const { migrations } = await engine.status();
				assert.deepEqual(
					migrations.map(({ version, state, guess }) => ({ version, state, guess })),
					[
						{ version: 1n, state: "applied", guess: true },
						{ version: 2n, state: "missing", guess: true },
						{ version: 3n, state: "pending", guess: true },
					],
				);
			},
		},
		{
			id: "engine/guesses-what-another-tool-may-have-half-reverted",
			of: "Migrate.status",
			async check(harness) {
				await using engine = await openWith(openEngine, harness, reversibleSet([1n, 2n, 3n]));
				const states = async () =>
					(await engine.status()).migrations.map(
						({ version, state, guess }) => `${version} ${state}${guess ? "?" : ""}`,
					);
				// The way down of 1 has failed, or that of 2.
				await asOtherTool(harness, NIL_VERSION, { dirty: true });
				assert.deepEqual(await states(), ["1 pending?", "2 pending", "3 pending"]);
				await asOtherTool(harness, 1n, { dirty: true });
				assert.deepEqual(await states(), ["1 dirty?", "2 pending?", "3 pending"]);
				await engine.repair({ kind: "dirty", ended: "applied" });
				assert.deepEqual(await states(), ["1 applied", "2 pending?", "3 pending"]);
				await engine.repair({ kind: "skip", version: 2n });
				assert.deepEqual(await states(), ["1 applied", "2 skipped", "3 pending"]);
				await asOtherTool(harness, 1n, { dirty: true });
				assert.deepEqual(await states(), ["1 dirty?", "2 skipped?", "3 pending"]);
			},
		},
	]);
}

function unknownVersionLaws(openEngine: OpenEngine): HistoryLaws {
	return lawsOfOne<DriverHarness, DriverCapability>([
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
			id: "engine/does-not-run-twice-what-another-checkout-has",
			of: "Policies.outOfOrder",
			async check(harness) {
				await upTo(openEngine, harness, [1n]);
				// Its source may have had a 2, which is not in this one.
				await asOtherTool(harness, 3n);
				await upTo(openEngine, harness, [1n, 3n]);
				const { engine, findings } = await listening(openEngine, harness, [1n, 2n, 3n], { outOfOrder: "apply" });
				await using _ = engine;
				assert.deepEqual((await engine.up()).applied, []);
				assert.deepEqual(
					findings.map(({ kind, versions }) => ({ kind, versions })),
					[{ kind: "unknown", versions: [2n] }],
				);
				await expectObjects(harness, ["m1"]);
			},
		},
		{
			id: "engine/does-not-run-twice-what-another-tool-stopped-at",
			of: "Migrate.up",
			async check(harness) {
				await upTo(openEngine, harness, [1n]);
				await asOtherTool(harness, 3n);
				{
					// The file of the version that the database is at is not in this source.
					await using engine = await openWith(openEngine, harness, reversibleSet([1n, 2n]), { newer: "allow" });
					const { migrations } = await engine.status();
					assert.deepEqual(migrations.map(({ version, state, guess }) => ({ version, state, guess })).slice(-1), [
						{ version: 3n, state: "newer", guess: true },
					]);
					await engine.up();
				}
				assert.deepEqual((await eventsOf(harness)).map(written), [
					"up 1 to 1",
					"other-tool 1 to 3",
					"adopt 2 to 3",
					"adopt 3 to 3",
				]);
				await using engine = await openWith(openEngine, harness, reversibleSet([1n, 2n, 3n]));
				assert.deepEqual((await engine.up()).applied, []);
				await expectObjects(harness, ["m1"]);
			},
		},
	]);
}
