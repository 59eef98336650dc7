import assert from "node:assert/strict";
import { type MigrationBody, migrationBody, NIL_VERSION, textBody } from "@godwit/core";
import fc from "fast-check";
import { expectObjects, expectVersion, rejection, rejectionCausedBy } from "../../expectations.ts";
import { type Law, lawsOfOne } from "../../law.ts";
import type { DriverCapability, DriverHarness } from "../driver-harness.ts";

/** What `run` promises. */
export const bodyLaws: readonly Law<DriverHarness, DriverCapability>[] = lawsOfOne<DriverHarness, DriverCapability>([
	{
		id: "run/executes-every-statement",
		of: "Driver.run",
		async check(harness) {
			const { create, drop, comment } = harness.dialect;
			await using driver = await harness.open();
			await driver.run(textBody([create("a"), comment("between"), create("b"), "", create("c")].join("\n")));
			await expectObjects(harness, ["a", "b", "c"]);
			await driver.run(textBody(drop("b")));
			await expectObjects(harness, ["a", "c"]);
		},
	},
	{
		id: "run/leaves-the-version-alone",
		of: "Driver.run",
		async check(harness) {
			const { create, failing } = harness.dialect;
			await using driver = await harness.open();
			await driver.run(textBody(create("a")));
			await expectVersion(driver, NIL_VERSION, false);
			await driver.setVersion({ version: 5n, dirty: true });
			await driver.run(textBody(create("b")));
			await expectVersion(driver, 5n, true);
			await rejection("ERR_SQL", driver.run(textBody(failing)));
			await expectVersion(driver, 5n, true);
		},
	},
	{
		id: "run/all-or-nothing",
		of: "Driver.run",
		requires: ["atomic-run"],
		async check(harness) {
			const { create, failing } = harness.dialect;
			await using driver = await harness.open();
			await rejection("ERR_SQL", driver.run(textBody([create("a"), create("b"), failing, create("c")].join("\n"))));
			await expectObjects(harness, []);
		},
	},
	{
		id: "run/reports-errors-with-cause",
		of: "Driver.run",
		async check(harness) {
			const { create, failing } = harness.dialect;
			await using driver = await harness.open();
			for (const body of [failing, `${create("a")}\n${create("a")}`]) {
				const { cause, details } = await rejection("ERR_SQL", driver.run(textBody(body)));
				assert.ok(cause instanceof Error, "the cause is the engine's own error");
				assert.notEqual(details.sql, "", "the details show the statement");
			}
		},
	},
	{
		id: "run/goes-on-after-a-failure",
		of: "Driver.run",
		async check(harness) {
			const { create, failing } = harness.dialect;
			await using driver = await harness.open();
			for (const name of ["a", "b"]) {
				await rejection("ERR_SQL", driver.run(textBody(failing)));
				await driver.run(textBody(create(name)));
			}
			await expectObjects(harness, ["a", "b"]);
		},
	},
	{
		id: "run/accepts-bodies-without-statements",
		of: "Driver.run",
		async check(harness) {
			const { comment } = harness.dialect;
			await using driver = await harness.open();
			const bodies = ["", " \t\n\r\n", comment("nothing"), `\n${comment("nothing")}\n\n${comment("at all")}\n`];
			for (const body of bodies) await driver.run(textBody(body));
			await driver.run(migrationBody(async function* () {}));
			await expectObjects(harness, []);
		},
	},
	{
		id: "run/accepts-bom-and-crlf",
		of: "Driver.run",
		async check(harness) {
			const { create, comment } = harness.dialect;
			await using driver = await harness.open();
			await driver.run(textBody(`\uFEFF${[comment("first"), create("a"), create("b"), ""].join("\r\n")}`));
			await driver.run(textBody(`\uFEFF${create("c")}`));
			await expectObjects(harness, ["a", "b", "c"]);
		},
	},
	{
		id: "run/accepts-bytes-in-any-pieces",
		of: "Driver.run",
		async check(harness, { seed, numRuns }) {
			const { create, drop, comment } = harness.dialect;
			await using driver = await harness.open();
			const text = [comment("größe 🐦"), create("a"), create("b"), drop("a"), drop("b"), create("c"), drop("c")];
			const bytes = new TextEncoder().encode(text.join("\n"));
			const anyCuts = fc.array(fc.nat({ max: bytes.length }), { maxLength: 8 });
			const inPieces = fc.asyncProperty(anyCuts, async (cuts) => {
				await driver.run(bodyInPieces(bytes, cuts));
				await expectObjects(harness, []);
			});
			await fc.assert(inPieces, { seed, numRuns });
			await driver.run(bodyInPieces(bytes, [...bytes.keys()]));
			await expectObjects(harness, []);
		},
	},
	{
		id: "run/passes-read-failures-on",
		of: "Driver.run",
		async check(harness) {
			await using driver = await harness.open();
			const failure = new Error("the disk is gone");
			await rejectionCausedBy(failure, driver.run(unreadableBody("", failure)));
			await rejectionCausedBy(failure, driver.run(unreadableBody(harness.dialect.comment("then"), failure)));
			await driver.run(textBody(harness.dialect.create("a")));
			await expectObjects(harness, ["a"]);
		},
	},
	{
		id: "run/read-failure-leaves-nothing",
		of: "Driver.run",
		requires: ["atomic-run"],
		async check(harness) {
			const { create } = harness.dialect;
			await using driver = await harness.open();
			const failure = new Error("the disk is gone");
			const body = unreadableBody(`${create("a")}\n${create("b")}\n`, failure);
			await rejectionCausedBy(failure, driver.run(body));
			await expectObjects(harness, []);
		},
	},
]);

/** Makes a body that fails after its first bytes. */
export function unreadableBody(text: string, failure: Error): MigrationBody {
	return migrationBody(async function* () {
		yield new TextEncoder().encode(text);
		throw failure;
	});
}

function bodyInPieces(bytes: Uint8Array, cuts: readonly number[]): MigrationBody {
	const ends = [...cuts, bytes.length].sort((a, b) => a - b);
	return migrationBody(async function* () {
		let start = 0;
		for (const end of ends) {
			yield bytes.subarray(start, end);
			start = end;
		}
	});
}
