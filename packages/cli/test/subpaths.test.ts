import { join } from "node:path";
import type { DriverFactory } from "@godwit/core";
import { describe, expect, it } from "vitest";
import { sqliteNative } from "../src/sqlite-native.ts";
import { sqliteNode } from "../src/sqlite-node.ts";
import { sqliteWasm } from "../src/sqlite-wasm.ts";
import { folderOf } from "./fixtures/godwit.ts";

describe.each<[string, string, DriverFactory]>([
	["godwit/sqlite-native", "sqliteNative", sqliteNative],
	["godwit/sqlite-node", "sqliteNode", sqliteNode],
	["godwit/sqlite-wasm", "sqliteWasm", sqliteWasm],
])("%s", (specifier, name, factory) => {
	it(`exports ${name}, which opens a database`, async () => {
		expect((await import(specifier))[name]).toBe(factory);
		await using driver = await factory.open(`${specifier.replace("/", "-")}://${join(await folderOf({}), "app.db")}`);
		expect(await driver.version()).toMatchObject({ version: -1n, dirty: false });
	});
});
