import { copyFileSync, linkSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { SqliteLibrary } from "../../src/connections/library/library.ts";
import { useWithOneLibrary } from "../../src/connections/library/one-library.ts";
import { errorOf } from "../fixtures/error-of.ts";

describe("useWithOneLibrary", () => {
	let folder: string;
	let path: string;
	const one: SqliteLibrary = { name: "first-sqlite", locks: "posix", copy: {} };
	const other: SqliteLibrary = { name: "second-sqlite", locks: "posix", copy: {} };

	beforeEach(() => {
		folder = mkdtempSync(join(tmpdir(), "godwit-library-"));
		path = join(folder, "app.db");
		writeFileSync(path, "");
	});

	afterEach(() => rmSync(folder, { recursive: true }));

	it("refuses a second library on a file, naming both and what to do, until the last connection is closed", () => {
		const forget = [useWithOneLibrary(path, one), useWithOneLibrary(path, { ...one })];
		const refusal = errorOf(() => useWithOneLibrary(path, other));
		expect(refusal).toMatchObject({ code: "ERR_DATABASE" });
		expect(refusal).toHaveProperty(
			"message",
			`${path} is open in this process through first-sqlite, and would be through second-sqlite too: two SQLite libraries in one process drop each other's locks on a file. Close it there first, or use one of them`,
		);
		forget[0]?.();
		forget[0]?.();
		expect(errorOf(() => useWithOneLibrary(path, other))).toMatchObject({ code: "ERR_DATABASE" });
		forget[1]?.();
		useWithOneLibrary(path, other)();
	});

	it("refuses a second copy of the same library", () => {
		const forget = useWithOneLibrary(path, one);
		expect(errorOf(() => useWithOneLibrary(path, { ...one, copy: {} }))).toMatchObject({ code: "ERR_DATABASE" });
		forget();
	});

	it("knows a file by any of its names, and from another one", () => {
		const forget = useWithOneLibrary(path, one);
		symlinkSync("app.db", join(folder, "link.db"));
		linkSync(path, join(folder, "hard.db"));
		for (const name of ["link.db", "hard.db"]) {
			expect(errorOf(() => useWithOneLibrary(join(folder, name), other))).toMatchObject({ code: "ERR_DATABASE" });
		}
		copyFileSync(path, join(folder, "copy.db"));
		useWithOneLibrary(join(folder, "copy.db"), other)();
		forget();
	});

	it("has nothing to say to a file that is not there", () => {
		const missing = join(folder, "missing.db");
		const forget = useWithOneLibrary(missing, one);
		useWithOneLibrary(missing, other)();
		forget();
	});

	it("is known to another copy of this package in the thread", async () => {
		const copy = "../../src/connections/library/one-library.ts?copy";
		const second = (await import(copy)) as typeof import("../../src/connections/library/one-library.ts");
		expect(second.useWithOneLibrary).not.toBe(useWithOneLibrary);
		const forget = useWithOneLibrary(path, one);
		expect(errorOf(() => second.useWithOneLibrary(path, other))).toMatchObject({ code: "ERR_DATABASE" });
		forget();
		second.useWithOneLibrary(path, other)();
	});
});
