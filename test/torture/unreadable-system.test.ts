import { realpathSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { runChild } from "./strace.ts";
import { createTestFolder } from "./test-folder.ts";
import { BACKEND_NAMES, type TortureCase } from "./torture-case.ts";

const BINDING = createRequire(import.meta.url).resolve("node-sqlite3-wasm");
const WASM = join(dirname(realpathSync(BINDING)), "node-sqlite3-wasm.wasm");

describe("a system that does not say where a process runs", () => {
	it.each(BACKEND_NAMES)("is told with the database's name, and nothing is made, on %s", async (backend) => {
		using testFolder = createTestFolder();
		const which: TortureCase = { backend, set: "full", transaction: "atomic", direction: "up", journal: "rollback" };
		const harm = { call: "openat", when: 1, what: "EIO", path: "/proc/sys/kernel/random/boot_id" } as const;
		const outcome = await runChild(which, testFolder.path, { harm });
		expect(outcome).toMatchObject({ exitCode: 1, code: "ERR_DATABASE" });
		expect(outcome.message).toContain(`cannot open ${testFolder.path}: EIO`);
		expect(testFolder.files()).toEqual([]);
	});
});

describe("a binary of WebAssembly that cannot be read", () => {
	it("is told with the database's name, and nothing is made", async () => {
		using testFolder = createTestFolder();
		const which: TortureCase = {
			backend: "sqlite-wasm",
			set: "full",
			transaction: "atomic",
			direction: "up",
			journal: "rollback",
		};
		const harm = { call: "openat", when: 1, what: "EACCES", path: WASM } as const;
		const outcome = await runChild(which, testFolder.path, { harm });
		expect(outcome).toMatchObject({ exitCode: 1, code: "ERR_DATABASE" });
		expect(outcome.message).toContain(`cannot open ${testFolder.path}: `);
		expect(testFolder.files()).toEqual([]);
	});
});

describe("a file system that does not say what a lock is when it is left", () => {
	it.each(BACKEND_NAMES.flatMap((backend) => ([1, 2] as const).map((when) => ({ backend, when }))))(
		"has it left with the next try, also beside an attached file, on $backend, at look $when",
		async ({ backend, when }) => {
			using testFolder = createTestFolder();
			const which: TortureCase = {
				backend,
				set: "attaching",
				transaction: "atomic",
				direction: "up",
				journal: "rollback",
			};
			const harm = { call: "readlink", when, what: "EIO", path: join(testFolder.folder, "side.db.lock") } as const;
			expect(await runChild(which, testFolder.path, { harm })).toMatchObject({ exitCode: 0 });
			expect(testFolder.files().filter((name) => name.endsWith(".lock"))).toEqual([]);
		},
	);
});
