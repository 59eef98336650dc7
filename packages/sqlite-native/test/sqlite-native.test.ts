import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isMigrateError } from "@godwit/core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { sqliteNative } from "../src/index.ts";

describe("sqliteNative", () => {
	let folder: string;

	beforeEach(() => {
		folder = mkdtempSync(join(tmpdir(), "godwit-native-"));
	});

	afterEach(() => rmSync(folder, { recursive: true }));

	async function refusal(url: string): Promise<unknown> {
		return sqliteNative.open(url).then(
			() => undefined,
			(error: unknown) => error,
		);
	}

	it("says so on a Node that better-sqlite3 crashes on, and opens nothing", async () => {
		const { versions } = process;
		Object.defineProperty(process, "versions", { value: { ...versions, node: "20.19.0" }, configurable: true });
		try {
			const error = await refusal(`sqlite-native://${folder}/app.db`);
			expect(isMigrateError(error, "ERR_RUNTIME") && error.details).toEqual({ required: "22", found: "20.19.0" });
			expect(error).toHaveProperty(
				"message",
				"better-sqlite3 needs Node 22 or newer, and this is Node 20.19.0; use a newer Node, or sqlite-wasm",
			);
		} finally {
			Object.defineProperty(process, "versions", { value: versions, configurable: true });
		}
		expect(readdirSync(folder)).toEqual([]);
	});

	it.each(["app.db%20", "app.db%0A", "%20"])(
		"refuses %s, whose last character better-sqlite3 would cut off",
		async (name) => {
			const error = await refusal(`sqlite-native://${folder}/${name}`);
			expect(isMigrateError(error, "ERR_INVALID_URL") && error.message).toContain("rename the file");
			expect(readdirSync(folder)).toEqual([]);
		},
	);

	it("passes on what better-sqlite3 says to a file that cannot be opened", async () => {
		const error = await refusal(`sqlite-native://${folder}/${"x".repeat(300)}.db`);
		expect(isMigrateError(error, "ERR_DATABASE")).toBe(true);
	});
});
