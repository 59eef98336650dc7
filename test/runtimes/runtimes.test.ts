import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { assertKeepsLaws } from "./assert-keeps-laws.ts";
import { commandTestsIn } from "./command-tests.ts";
import { emptyFolder, godwit, installed } from "./installed.ts";
import { pageWith, type RuntimeFacts } from "./page.ts";
import { describeRestrictedDeno } from "./restricted-deno.ts";
import { runProgram, versionOf } from "./run-program.ts";
import { BUN, DENO, type DriverName, RUNTIMES, type Runtime, restrictedDeno, SQLITE_DRIVERS } from "./runtimes.ts";

const PAGE = resolve(import.meta.dirname, "../../docs/runtimes.md");
const program = (name: string): string => join(installed, "test/runtimes/programs", name);

/** With GODWIT_SLICE the tests of the command are those on one driver, and Node keeps the laws of sqlite-node alone. */
const slice = Boolean(process.env.GODWIT_SLICE);
const nodeDrivers: readonly DriverName[] = slice ? ["sqlite-node"] : SQLITE_DRIVERS;
const facts: RuntimeFacts[] = [];
/** Whose tests of the command have passed. */
const commandRuns = new Set<Runtime>();

describe.each(RUNTIMES)("$name", (runtime) => {
	const foreign = runtime === BUN || runtime === DENO;

	it.each(foreign ? SQLITE_DRIVERS : nodeDrivers)("keeps the laws of %s", (driver) => assertKeepsLaws(runtime, driver));

	it("runs the command as its tests want it", async () => {
		const { passed, failed } = await commandTestsIn(runtime, installed, slice ? "on sqlite-wasm" : "");
		expect(failed).toEqual([]);
		expect(passed.length).toBeGreaterThan(5);
		commandRuns.add(runtime);
	});

	it("takes the SQLite of its own for sqlite://, if it does not show what is loaded", async () => {
		const cwd = emptyFolder();
		await godwit(runtime, cwd, "sqlite://app.db", "up");
		const { stdout, stderr } = await godwit(runtime, cwd, "sqlite://app.db", "status");
		const [, backend = stderr] = /^backend: (\S+)/m.exec(stdout) ?? [];
		expect(backend).toBe(foreign ? "sqlite-node" : "sqlite-native");
		const version = await versionOf(runtime);
		const sqlite = await runProgram(runtime, [program("sqlite-version.ts")], { cwd });
		const command = commandRuns.has(runtime) ? "runs" : "not tested";
		facts.push({ name: runtime.name, version, sqlite: sqlite.stdout.trim(), defaultBackend: backend, command });
	});

	// The device is Linux's.
	it.runIf(process.platform === "linux")("goes on although its log is on a full disk", async () => {
		const cwd = emptyFolder();
		const words = ["-c", 'exec "$@" 2>/dev/full', "sh", runtime.program, ...runtime.flags];
		const muted = { ...runtime, program: "sh", flags: words };
		expect(await godwit(muted, cwd, "sqlite-node://app.db", "up")).toMatchObject({ code: 0 });
		expect(await godwit(runtime, cwd, "sqlite-node://app.db", "version")).toMatchObject({ stdout: "1\n" });
	});

	it("does not drop the locks of an application that uses its SQLite", async () => {
		const { stdout, stderr } = await runProgram(runtime, [program("application.ts")], { cwd: emptyFolder() });
		const { library, before, after } = JSON.parse(stdout || JSON.stringify({ stderr }));
		expect(library).toBe(runtime === BUN ? "bun:sqlite" : "node:sqlite");
		expect(before).toBeGreaterThan(0);
		expect(after).toBe(before);
	});
});

for (const driver of SQLITE_DRIVERS) describeRestrictedDeno(driver, { database: () => `${driver}://app.db` });

describe("Deno that does not let node:sqlite attach a file", () => {
	it("empties the database, and says what VACUUM and ATTACH need", async () => {
		const cwd = emptyFolder();
		const runtime = restrictedDeno("sqlite-node");
		await godwit(runtime, cwd, "sqlite-node://app.db", "up");
		const { code, stderr } = await godwit(runtime, cwd, "sqlite-node://app.db", "drop", "-f");
		expect(code).toBe(1);
		expect(stderr).toContain("Deno lets node:sqlite run ATTACH and VACUUM with --allow-all alone");
		writeFileSync(join(cwd, "migrations/2_other.up.sql"), "ATTACH 'other.db' AS other;\n");
		const attached = await godwit(runtime, cwd, "sqlite-node://app.db", "up");
		expect(attached.stderr).toContain("1/u notes");
		expect(attached.stderr).toContain("Deno lets node:sqlite run ATTACH and VACUUM with --allow-all alone");
	});
});

// On other platforms npm does not bring all of the runtimes.
describe.runIf(process.platform === "linux" && process.arch === "x64")("docs/runtimes.md", () => {
	it("says what these tests found; pnpm test:runtimes -u writes it", async () => {
		await expect(pageWith(readFileSync(PAGE, "utf8"), facts)).toMatchFileSnapshot(PAGE);
	});
});
