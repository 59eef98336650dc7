import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runRehearsal } from "./run-rehearsal.ts";

let folder: string;

beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "godwit-rehearsal-"));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("a rehearsal on a large database", () => {
	it.each(["sqlite-native", "sqlite-wasm", "sqlite-node"])(
		"compares every row up and down, and leaves every byte of the database as it is, %s",
		async (scheme) => {
			const run = await runRehearsal({ folder, scheme, megabytes: 2 });
			expect(run).toMatchObject({ clean: true, lost: [], rowsAreBack: true, untouched: true });
			expect(run.megabytes).toBeGreaterThan(1.8);
			expect(run.megabytes).toBeLessThan(2.2);
		},
	);

	it("finds twenty rows among thousands", async () => {
		const run = await runRehearsal({ folder, scheme: "sqlite-node", megabytes: 2, losing: true });
		const lost = [{ name: "orders", lost: 20 }];
		expect(run).toMatchObject({ clean: false, lost, rowsAreBack: false, untouched: true });
	});
});
