import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { BACKENDS, type BackendName } from "../files/backends.ts";

interface Printed {
	readonly stdout: string;
	readonly stderr: string;
}

/** Migrates in a process of its own. @param imports What Node loads first. */
function migrate(backend: BackendName, debug: string | undefined, ...imports: readonly string[]): Printed {
	return run(["migrate.ts", backend], debug, imports);
}

/** Runs a program of this folder in a folder of its own. */
function run(
	[program = "", ...args]: readonly string[],
	debug: string | undefined,
	imports: readonly string[] = [],
): Printed {
	const cwd = mkdtempSync(join(tmpdir(), "godwit-traces-"));
	onTestFinished(() => rmSync(cwd, { recursive: true, force: true }));
	const { DEBUG, NODE_OPTIONS, ...rest } = process.env;
	const env = debug === undefined ? rest : { ...rest, DEBUG: debug };
	const flags = imports.map((file) => `--import=${new URL(file, import.meta.url)}`);
	const file = join(import.meta.dirname, program);
	const { status, stdout, stderr } = spawnSync(process.execPath, [...flags, file, ...args], {
		cwd,
		env,
		encoding: "utf8",
	});
	expect({ status, stderr }).toMatchObject({ status: 0 });
	return { stdout, stderr };
}

/** The lines without the time before and the values within them. */
function lines(text: string): readonly string[] {
	return text
		.trimEnd()
		.split("\n")
		.map((line) => line.replace(/^\S+Z /, "").replace(/[0-9.]+ ms$/, "N ms"));
}

describe.each(BACKENDS)("over %s, DEBUG", (backend) => {
	it("prints the traces of core and driver from the first line on", () => {
		const { stdout, stderr } = migrate(backend, "godwit:*");
		expect(stdout).toBe("");
		expect(lines(stderr)).toEqual([
			expect.stringMatching(/^godwit:driver locked .*app\.db$/),
			"godwit:migrate 1 migrations from version -1n",
			"godwit:run up 1n took N ms",
			expect.stringMatching(/^godwit:driver unlocked .*app\.db$/),
		]);
	});

	it("prints the namespaces that it names alone", () => {
		expect(lines(migrate(backend, "godwit:run").stderr)).toEqual(["godwit:run up 1n took N ms"]);
	});

	it.each([undefined, ""])("does not even load the package debug when it is %j", (debug) => {
		const { stdout, stderr } = migrate(backend, debug, "../../packages/cli/test/fixtures/print-loads.ts");
		expect(stdout).toContain("/packages/debug/");
		expect(stdout).not.toContain("/node_modules/debug/");
		expect(stderr).toBe("");
	});

	it("leaves a sink that the app has set", () => {
		const { stdout, stderr } = migrate(backend, "godwit:*", "./print-sink.ts");
		expect(stdout).toContain("godwit:run %s %s took %d ms\n");
		expect(stderr).toBe("");
	});
});

describe("over PGlite, DEBUG", () => {
	it("prints the traces of core and driver", () => {
		const { stdout, stderr } = run(["pglite.ts"], "godwit:*");
		expect(stdout).toBe("");
		expect(lines(stderr)).toEqual([
			"godwit:driver locked :memory:",
			"godwit:migrate 1 migrations from version -1n",
			"godwit:run up 1n took N ms",
			"godwit:driver unlocked :memory:",
		]);
	});
});

describe("over PostgreSQL, DEBUG", () => {
	it("prints the traces of the driver", () => {
		const { stdout, stderr } = run(["no-server.ts"], "godwit:postgres");
		expect(stdout).toBe("ERR_DATABASE\n");
		expect(lines(stderr)).toEqual(["godwit:postgres app on 127.0.0.1:1: cannot connect: ECONNREFUSED"]);
	});

	it.each([undefined, ""])("does not even load the package debug when it is %j", (debug) => {
		const { stdout } = run(["no-server.ts"], debug, ["../../packages/cli/test/fixtures/print-loads.ts"]);
		expect(stdout).toContain("/packages/debug/");
		expect(stdout).not.toContain("/node_modules/debug/");
	});
});

describe.each(BACKENDS)("over %s, a sink that fails", (backend) => {
	it("changes nothing in the run, says so once, and hears no more", () => {
		// Its first line comes when the lock is taken; a failure there would keep the lock.
		const { stdout, stderr } = migrate(backend, undefined, "./failing-sink.ts");
		expect(stdout).toBe("godwit:driver locked %s\n");
		const reports = stderr.split("\n").filter((line) => line.startsWith("godwit: "));
		expect(reports).toEqual(["godwit: the trace sink has failed, so there are no more traces: Error: the log is full"]);
	});
});
