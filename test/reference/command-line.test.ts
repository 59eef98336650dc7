import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
	GODWIT,
	makeFolder,
	type Run,
	runCommand,
	STATES,
	type StateName,
	spawnIn,
	versionOf,
} from "./command-line.ts";
import { type CommandLineCase, commandLineCases } from "./command-line-cases/index.ts";
import { buildReference } from "./reference.ts";

let migrate: string;
let folder: string;
beforeAll(async () => {
	({ migrate } = await buildReference());
	folder = await mkdtemp(join(tmpdir(), "godwit-states-"));
	for (const [name, commands] of Object.entries(STATES)) {
		const work = await makeFolder();
		for (const args of commands) await spawnIn(work, migrate, args);
		if (commands.length > 0) await copyFile(join(work, "app.db"), join(folder, name));
		await rm(work, { recursive: true });
	}
}, 900_000);
afterAll(() => rm(folder, { recursive: true }));

function run(program: string, { args, at = "new", stdin = "", files = {} }: CommandLineCase): Promise<Run> {
	return runCommand(program, args, { database: databaseOf(at), stdin, files });
}

function databaseOf(state: StateName): string | undefined {
	return state === "new" ? undefined : join(folder, state);
}

/** The expectation in the shape of a run. */
function expected(test: Pick<CommandLineCase, "exit" | "says" | "error" | "version" | "created">): Partial<Run> {
	const { exit, says, error = /^/, version = "none", created } = test;
	const names = created?.map((name) => (typeof name === "string" ? name : expect.stringMatching(name)));
	return {
		exit,
		says: expect.stringMatching(says),
		error: expect.stringMatching(error),
		version,
		...(names !== undefined && { created: names }),
	};
}

describe.concurrent("the command line", () => {
	const cases = commandLineCases.map((test) => [titleOf(test), test] as const);

	it.for(cases)("is understood as golang-migrate does: %s", async ([, test]) => {
		const { by: _, ...otherwise } = test.godwit ?? { by: undefined };
		const [go, godwit] = await Promise.all([run(migrate, test), run(GODWIT, test)]);
		expect(go, `golang-migrate: ${go.output}`).toMatchObject(expected(test));
		const words = {
			...(test.words !== undefined && { says: test.words }),
			...(test.errorWords !== undefined && { error: test.errorWords }),
		};
		expect(godwit, `godwit: ${godwit.output}`).toMatchObject(expected({ ...test, ...words, ...otherwise }));
	});
});

function titleOf({ args, at }: CommandLineCase): string {
	const line = args.join(" ").replace("-path m -database sqlite3://app.db", "...");
	return at === undefined ? line : `${line} (${at})`;
}

describe("the command line, beyond one line", () => {
	it("data-on-stdout: what a script wants is on standard output", async () => {
		const args = ["-path", "m", "-database", "sqlite3://app.db", "version"];
		const work = await makeFolder();
		await copyFile(join(folder, "at2"), join(work, "app.db"));
		expect(await spawnIn(work, migrate, args)).toMatchObject({ exit: 0, stdout: "", stderr: "2\n" });
		expect(await spawnIn(work, GODWIT, args)).toMatchObject({ exit: 0, stdout: "2\n", stderr: "" });
		await rm(work, { recursive: true });
	});

	it.for(["GODWIT_DATABASE", "DATABASE_URL"])("environment-variables: %s names the database", async (name) => {
		const work = await makeFolder();
		const env = { [name]: "sqlite3://app.db" };
		expect(await spawnIn(work, migrate, ["-path", "m", "up"], { env })).toMatchObject({ exit: 1 });
		expect(await spawnIn(work, GODWIT, ["-path", "m", "up"], { env })).toMatchObject({ exit: 0 });
		await rm(work, { recursive: true });
	});

	it.for(["golang-migrate", "godwit"])(
		"stopped-is-reported: %s stops after the running migration at SIGINT",
		async (name) => {
			const count = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 6000000)";
			const work = await makeFolder({ "long/1_a.up.sql": `${count} SELECT count(*) FROM n`, "long/2_b.up.sql": "" });
			const args = ["-verbose", "-path", "long", "-database", "sqlite3://app.db", "up"];
			const interruptAt = "Read and execute 1/u a";
			const { exit, stderr } = await spawnIn(work, name === "godwit" ? GODWIT : migrate, args, { interruptAt });
			expect(stderr).toContain("Stopping after this running migration ...");
			expect(exit, stderr).toBe(name === "godwit" ? 130 : 0);
			expect(await versionOf(join(work, "app.db"))).toBe("1");
			await rm(work, { recursive: true });
		},
	);
});
