import { describe, expect, it } from "vitest";
import { CREATE_LETTERS, type Library, startApplication } from "./application.ts";
import { BACKENDS, type BackendName, NATIVE } from "./backends.ts";
import { createPlace, exec, integrity, query } from "./place.ts";
import { runOnce } from "./runner.ts";

const COUNT = 40;
const FILES = Object.fromEntries(
	Array.from({ length: COUNT }, (_, index) => [
		`${index + 1}_table.up.sql`,
		`CREATE TABLE t${index} (a, b); CREATE INDEX i${index} ON t${index} (a);
		INSERT INTO t${index} WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200)
		SELECT i, hex(randomblob(40)) FROM n;`,
	]),
);
/** A machine with other work may need more than the default to come between two inserts. */
const PATIENT = "x-busy-timeout=1m&x-lock-timeout=1m";
const LIBRARIES: readonly Library[] = ["better-sqlite3", "node-sqlite3-wasm"];

describe.each(LIBRARIES)("an application on %s that inserts every 5 ms", (library) => {
	it.each(BACKENDS)("loses no row and does no harm to 40 migrations on %s", async (backend) => {
		await expectNothingLost(library, backend, "delete");
	});
});

describe("an application on better-sqlite3 that inserts every 5 ms into a WAL database", () => {
	it.each(NATIVE)("loses no row and does no harm to 40 migrations on %s", async (backend) => {
		await expectNothingLost("better-sqlite3", backend, "wal");
	});
});

async function expectNothingLost(library: Library, backend: BackendName, mode: "delete" | "wal"): Promise<void> {
	using place = createPlace();
	exec(place.path, `PRAGMA journal_mode = ${mode}; ${CREATE_LETTERS}`);
	await using application = await startApplication(library, place.path);
	const outcome = await runOnce({ backend, path: place.path, options: PATIENT, files: FILES });
	const { stored, errors } = await application.stop();
	expect(outcome).toMatchObject({ applied: COUNT });
	expect(integrity(place.path)).toBe("ok");
	const [[tables]] = query(place.path, "SELECT count(*) FROM sqlite_schema WHERE name GLOB 't[0-9]*'") as [[number]];
	expect(tables).toBe(COUNT);
	expect(query(place.path, "SELECT count(*) FROM letters")).toEqual([[stored]]);
	expect(Object.keys(errors).filter((message) => message !== "database is locked")).toEqual([]);
	expect(place.files()).toEqual(["app.db"]);
}
