import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { NATIVE } from "./backends.ts";
import { createPlace, exec, type Place, query } from "./place.ts";
import { runOnce } from "./runner.ts";

const FILES = { "1_a.up.sql": "CREATE TABLE a (x);" };

let place: Place;

beforeEach(() => {
	place = createPlace();
	onTestFinished(() => place[Symbol.dispose]());
	exec(place.path, "PRAGMA journal_mode = WAL; CREATE TABLE t (x);");
});

describe("a database in WAL mode", () => {
	it.each([undefined, FILES])("is refused by sqlite-wasm, which names a backend that can share it", async (files) => {
		expect(await runOnce({ backend: "sqlite-wasm", path: place.path, ...(files && { files }) })).toMatchObject({
			code: "ERR_DATABASE",
			message: expect.stringMatching(/is in WAL mode.*sqlite-native:\/\/.*x-wal=alone/),
		});
		expect(place.files()).toEqual(["app.db"]);
		expect(query(place.path, "SELECT name FROM sqlite_schema")).toEqual([["t"]]);
	});

	it("is migrated by sqlite-wasm with x-wal=alone, and stays in that mode", async () => {
		const run = { backend: "sqlite-wasm", path: place.path, options: "x-wal=alone" } as const;
		expect(await runOnce({ ...run, files: FILES })).toMatchObject({ applied: 1 });
		expect(await runOnce(run)).toMatchObject({ version: "1", dirty: false });
		expect(place.files()).toEqual(["app.db"]);
		expect(query(place.path, "PRAGMA journal_mode")).toEqual([["wal"]]);
	});

	it.each(NATIVE)("is migrated by %s", async (backend) => {
		expect(await runOnce({ backend, path: place.path, files: FILES })).toMatchObject({ applied: 1 });
		expect(place.files()).toEqual(["app.db"]);
	});

	it("is not attached by sqlite-wasm", async () => {
		const files = { "1_a.up.sql": `ATTACH '${place.path}' AS o; INSERT INTO o.t VALUES (1);` };
		expect(await runOnce({ backend: "sqlite-wasm", path: place.of("main.db"), files })).toMatchObject({
			code: expect.stringMatching(/^ERR_/),
		});
		expect(query(place.path, "SELECT x FROM t")).toEqual([]);
	});
});
