import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { Migrate, memorySource } from "@godwit/core";
import { expect, it, onTestFinished } from "vitest";
import { BACKENDS, factoryOf } from "./backends.ts";
import { createPlace } from "./place.ts";

const FILES = 72;

/** Counts what is made at the path of a lock while `work` runs. */
async function locksMade(work: () => Promise<void>): Promise<number> {
	const { symlinkSync, mkdirSync } = fs;
	let made = 0;
	const counted =
		<Args extends readonly unknown[]>(make: (...args: Args) => unknown, at: number) =>
		(...args: Args): unknown => {
			if (String(args[at]).includes(".lock")) made++;
			return make(...args);
		};
	Object.assign(fs, { symlinkSync: counted(symlinkSync, 1), mkdirSync: counted(mkdirSync, 0) });
	syncBuiltinESMExports();
	try {
		await work();
	} finally {
		Object.assign(fs, { symlinkSync, mkdirSync });
		syncBuiltinESMExports();
	}
	return made;
}

it.each(BACKENDS)(
	"a run of files outside transactions on %s takes its lock once, and not around each statement",
	async (backend) => {
		const place = createPlace();
		onTestFinished(() => place[Symbol.dispose]());
		const files = Array.from({ length: FILES }, (_, at): readonly [string, string] => [
			`${at + 1}_table.up.sql`,
			`PRAGMA foreign_keys=OFF; CREATE TABLE t${at} (x); PRAGMA foreign_keys=ON;`,
		]);
		const made = await locksMade(async () => {
			const driver = await factoryOf(backend).open(`${backend}://${place.path}?x-no-tx-wrap=true`);
			await using migrate = new Migrate({ source: memorySource(Object.fromEntries(files)), driver });
			expect((await migrate.up()).applied).toHaveLength(FILES);
		});
		expect(made).toBeGreaterThan(0);
		expect(made).toBeLessThan(10);
	},
);
