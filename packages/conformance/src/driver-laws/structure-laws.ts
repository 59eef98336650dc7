import assert from "node:assert/strict";
import { NIL_VERSION, textBody } from "@godwit/core";
import { expectObjects, expectVersion } from "../expectations.ts";
import { type Law, lawsOfOne } from "../law.ts";
import type { DriverCapability, DriverHarness } from "./driver-harness.ts";

/** What the optional `structure` and `scratch` promise. */
export const structureLaws: readonly Law<DriverHarness, DriverCapability>[] = lawsOfOne<
	DriverHarness,
	DriverCapability
>([
	{
		id: "structure/tells-what-is-there",
		of: "Driver.structure",
		requires: ["structure"],
		async check(harness) {
			const { create, drop } = harness.dialect;
			await using driver = await harness.open();
			assert.deepEqual(await driver.structure?.(), []);
			await driver.run(textBody(create("a")));
			const one = await driver.structure?.();
			assert.equal(new Set(one).size, one?.length, "no line is there twice");
			await driver.run(textBody(create("b")));
			const two = await driver.structure?.();
			assert.ok(one !== undefined && two !== undefined && two.length > one.length);
			assert.deepEqual(
				one.filter((line) => !two.includes(line)),
				[],
			);
			await driver.run(textBody(drop("b")));
			assert.deepEqual(await driver.structure?.(), one);
		},
	},
	{
		id: "structure/is-without-the-drivers-own",
		of: "Driver.structure",
		requires: ["structure", "lock"],
		async check(harness) {
			await using driver = await harness.open();
			await driver.lock();
			await driver.setVersion({
				version: 1n,
				dirty: false,
				events: () => [{ op: "force", version: 1n, target: 1n, at: "2026-11-27T04:12:41.123Z", by: "the laws" }],
			});
			await driver.unlock();
			assert.deepEqual(await driver.structure?.(), []);
		},
	},
	{
		id: "schema/tells-what-is-there",
		of: "Driver.schema",
		requires: ["schema"],
		async check(harness) {
			const { create } = harness.dialect;
			await using driver = await harness.open();
			await driver.run(textBody(create("b")));
			await driver.run(textBody(create("a")));
			await driver.setVersion({ version: 7n, dirty: true });
			const schema = await driver.schema?.();
			assert.deepEqual(
				schema?.objects.map(({ kind, name, table }) => ({ kind, name, table })),
				["a", "b"].map((name) => ({ kind: "table", name, table: name })),
			);
			assert.deepEqual(
				schema?.tables.map(({ name }) => name),
				["a", "b"],
			);
			assert.deepEqual({ version: schema?.version, dirty: schema?.dirty }, { version: 7n, dirty: true });
		},
	},
	{
		id: "schema/makes-the-same-again",
		of: "Driver.schema",
		requires: ["schema", "scratch"],
		async check(harness) {
			const { create } = harness.dialect;
			await using driver = await harness.open();
			await driver.run(textBody(create("a")));
			await driver.run(textBody(create("b")));
			const schema = await driver.schema?.();
			const scratch = await driver.scratch?.();
			assert.ok(schema !== undefined && scratch !== undefined);
			await using _ = scratch;
			for (const { sql } of schema.objects) await scratch.run(textBody(sql));
			assert.deepEqual((await scratch.schema?.())?.objects, schema.objects);
		},
	},
	{
		id: "scratch/is-empty-and-apart",
		of: "Driver.scratch",
		requires: ["scratch", "structure"],
		async check(harness) {
			const { create } = harness.dialect;
			await using driver = await harness.open();
			await driver.run(textBody(create("a")));
			await driver.setVersion({ version: 1n, dirty: false });
			const scratch = await driver.scratch?.();
			assert.ok(scratch !== undefined);
			await using _ = scratch;
			assert.deepEqual(await scratch.structure?.(), []);
			await expectVersion(scratch, NIL_VERSION, false);
			await scratch.run(textBody(create("b")));
			await scratch.setVersion({ version: 7n, dirty: false });
			await expectObjects(harness, ["a"]);
			await expectVersion(driver, 1n, false);
			await driver.run(textBody(create("b")));
			await scratch.run(textBody(create("a")));
			assert.deepEqual(await scratch.structure?.(), await driver.structure?.());
		},
	},
]);
