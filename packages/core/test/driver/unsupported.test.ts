import { expect, it } from "vitest";
import { check } from "../../src/check/check.ts";
import { makeBackup, restoreBackup } from "../../src/engine/backup.ts";
import { preparedBaseline } from "../../src/engine/baseline.ts";
import { Migrate } from "../../src/engine/migrate.ts";
import { openDriver, register } from "../../src/registry.ts";
import { memorySource } from "../../src/source/memory-source.ts";
import { recordingDriver } from "../engine/recording-driver.ts";

const source = memorySource({ "1_a.up.sql": "SELECT 1;" });

it("says which driver cannot do what is asked, and what to do", async () => {
	register("bare", { open: async () => recordingDriver() });
	const driver = await openDriver("bare://x");
	const migrate = new Migrate({ source, driver });
	for (const [work, expected] of [
		[() => makeBackup(driver, {}), "cannot make a backup; use the database's own tool"],
		[() => restoreBackup(driver, "x", {}), "cannot restore a backup; use the database's own tool"],
		[() => migrate.doctor(), "cannot examine the database, as those for SQLite can; use"],
		[() => migrate.schema(), "cannot tell what the database consists of, as those for SQLite can; use"],
		[
			() => migrate.rehearse(),
			"cannot copy a database to rehearse migrations on it, as those for SQLite files can; make",
		],
		[
			() => preparedBaseline(source, driver, 1n, { waiting: {} }),
			"cannot compare the tables, columns and indexes that are there with those that the migrations make",
		],
		[
			() => check(source, driver),
			"has no empty databases on which migrations could be tried; those for SQLite and PGlite",
		],
		[
			() => check(source, driver, { schema: { text: "", location: "s.sql" } }),
			"cannot tell what the database consists of, as those for SQLite can; use",
		],
	] as const) {
		const error = await work().catch((thrown: unknown) => thrown);
		expect(error).toMatchObject({ code: "ERR_UNSUPPORTED" });
		expect(String(error)).toContain(`the driver of bare:// ${expected}`);
	}
	await expect(new Migrate({ source, driver: recordingDriver() }).doctor()).rejects.toThrow(
		/^this driver cannot examine/,
	);
});
