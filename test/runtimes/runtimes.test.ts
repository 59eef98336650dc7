import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, inject, it } from "vitest";
import { commandTestsIn } from "./command-tests.ts";
import { expectedBroken } from "./exceptions.ts";
import { lawsIn } from "./laws.ts";
import { pageWith, type RuntimeFacts } from "./page.ts";
import { type ProgramOutput, runProgram, versionOf } from "./run-program.ts";
import {
	BUN,
	DENO,
	DENO_PERMISSIONS,
	DRIVER_NAMES,
	type DriverName,
	RUNTIMES,
	type Runtime,
	restrictedDeno,
} from "./runtimes.ts";

const PAGE = resolve(import.meta.dirname, "../../docs/runtimes.md");
const installed = inject("installed");
const program = (name: string): string => join(installed, "test/runtimes/programs", name);

/** With GODWIT_SLICE the tests of the command are those on one driver, and Node keeps the laws of sqlite-node alone. */
const slice = Boolean(process.env.GODWIT_SLICE);
const nodeDrivers: readonly DriverName[] = slice ? ["sqlite-node"] : DRIVER_NAMES;
const facts: RuntimeFacts[] = [];
/** Whose tests of the command have passed. */
const commandRuns = new Set<Runtime>();

/** A folder for one test, in which the packages are installed. */
function emptyFolder(): string {
	const folder = mkdtempSync(join(installed, "folder-"));
	mkdirSync(join(folder, "migrations"));
	writeFileSync(join(folder, "migrations/1_notes.up.sql"), "CREATE TABLE notes (id INTEGER PRIMARY KEY);\n");
	writeFileSync(join(folder, "migrations/1_notes.down.sql"), "DROP TABLE notes;\n");
	return folder;
}

function godwit(runtime: Runtime, cwd: string, database: string, ...args: readonly string[]): Promise<ProgramOutput> {
	const bin = join(installed, "node_modules/godwit/bin/godwit.cjs");
	return runProgram(runtime, [bin, "-path", "migrations", "-database", database, ...args], { cwd });
}

async function assertKeepsLaws(runtime: Runtime, driver: DriverName): Promise<void> {
	const verdicts = await lawsIn(runtime, driver, installed);
	const broken = [...verdicts].filter(([, verdict]) => verdict.broken !== undefined);
	const unexpected = broken.filter(([law]) => !expectedBroken(runtime.name, driver).includes(law));
	expect(unexpected.map(([law, verdict]) => `${law}: ${verdict.broken}`)).toEqual([]);
	// A law that holds by now is no exception any more.
	expect(broken.map(([law]) => law).sort()).toEqual([...expectedBroken(runtime.name, driver)].sort());
	expect(verdicts.size).toBeGreaterThan(100);
}

describe.each(RUNTIMES)("$name", (runtime) => {
	const foreign = runtime === BUN || runtime === DENO;

	it.each(foreign ? DRIVER_NAMES : nodeDrivers)("keeps the laws of %s", (driver) => assertKeepsLaws(runtime, driver));

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

describe.each(DRIVER_NAMES)("Deno that allows no more than %s needs", (driver) => {
	const runtime = restrictedDeno(driver);

	it("keeps the laws but for those of the page", () => assertKeepsLaws(runtime, driver));

	it("runs the command", async () => {
		const cwd = emptyFolder();
		const database = `${driver}://app.db`;
		expect(await godwit(runtime, cwd, database, "up")).toMatchObject({ code: 0 });
		expect(await godwit(runtime, cwd, database, "down", "-all")).toMatchObject({ code: 0 });
		expect(await godwit(runtime, cwd, database, "up")).toMatchObject({ code: 0 });
		expect(await godwit(runtime, cwd, database, "version")).toEqual({ code: 0, stdout: "1\n", stderr: "" });
	});

	it.each(permissionsOf(driver))("needs %s %s, and says so", async (flag, name) => {
		const cwd = emptyFolder();
		const flags = runtime.flags.flatMap((one) => without(one, flag, name));
		// Some things are asked of a file that exists alone.
		expect(await godwit(runtime, cwd, `${driver}://app.db`, "up")).toMatchObject({ code: 0 });
		const { code, stderr } = await godwit({ ...runtime, flags }, cwd, `${driver}://app.db`, "down", "-all");
		expect(code).toBe(1);
		expect(stderr).toMatch(/--allow-\w+/);
	});
});

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

/** Each flag, and each name behind it. */
function permissionsOf(driver: DriverName): readonly (readonly [flag: string, name: string])[] {
	return DENO_PERMISSIONS[driver].flatMap((permission) => {
		const [flag = "", names = ""] = permission.split("=");
		return names.split(",").map((name) => [flag, name] as const);
	});
}

/** The flag without a name, or no flag where that was the last one. */
function without(permission: string, flag: string, name: string): readonly string[] {
	const [own, names = ""] = permission.split("=");
	if (own !== flag) return [permission];
	const left = names.split(",").filter((one) => one !== name);
	return left.length === 0 ? [] : [`${own}=${left.join(",")}`];
}
