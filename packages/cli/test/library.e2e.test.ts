import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Migrate, registerBuiltins, registeredDrivers, registeredSources } from "../src/index.ts";
import { folderOf, threeMigrations } from "./fixtures/godwit.ts";

describe("the package godwit", () => {
	it("registers its drivers and sources when it is imported", () => {
		expect(registeredDrivers()).toEqual([
			"ncruces-sqlite3",
			"sqlite",
			"sqlite-native",
			"sqlite-node",
			"sqlite-wasm",
			"sqlite3",
		]);
		expect(registeredSources()).toEqual(["file"]);
	});

	it.each(["sqlite-native", "sqlite3", "sqlite", "sqlite-node", "sqlite-wasm", "ncruces-sqlite3"])(
		"migrates %s:// by URL",
		async (scheme) => {
			const folder = await folderOf(threeMigrations);
			await using migrate = await Migrate.open(`file://${folder}/m`, `${scheme}://${join(folder, "app.db")}`);
			expect(await migrate.up()).toMatchObject({ from: -1n, to: 3n });
		},
	);
});

describe("registerBuiltins", () => {
	it("does nothing the second time", () => {
		expect(registerBuiltins).not.toThrow();
	});
});
