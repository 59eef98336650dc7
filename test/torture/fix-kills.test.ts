import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { cleanEnv, commandWords, folderOf, godwit } from "../../packages/cli/test/fixtures/godwit.ts";

const fix = ["-path", "m", "check", "-fix"];

/** On a database that takes "x" for a string these ran. */
const files = {
	"m/1_a.up.sql": 'CREATE TABLE n (k TEXT CHECK (k <> "x"));',
	"m/1_a.down.sql": "DROP TABLE n;",
	"m/2_b.up.sql": 'DELETE FROM n WHERE k = "y";',
	"m/3_c.up.sql": "-- nothing to correct",
};
const old = ["-path", "m", "-database", "sqlite-node://a.db?x-double-quoted-strings=true"];

/** Kills `check -fix` at the `when`-th call of this kind. @returns Whether there was one. */
async function killed(cwd: string, call: string, when: number): Promise<boolean> {
	const strace = [
		"-f",
		"-qq",
		"-o",
		"/dev/null",
		"-e",
		`trace=${call}`,
		"-e",
		`inject=${call}:signal=SIGKILL:when=${when}`,
	];
	// strace counts the calls of each thread by themselves.
	const env = cleanEnv({ env: { UV_THREADPOOL_SIZE: "1" } });
	const child = spawn("strace", [...strace, ...commandWords(), ...fix], { cwd, env, stdio: "ignore" });
	const [, signal] = await once(child, "exit");
	return signal === "SIGKILL";
}

function contentOf(folder: string): Readonly<Record<string, string>> {
	const names = readdirSync(folder).toSorted();
	return Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name), "utf8")]));
}

describe.each([
	["without a seal", []],
	["with a seal", [["-path", "m", "seal"]]],
])("check -fix %s, killed", (_, before) => {
	async function prepared(): Promise<string> {
		const cwd = await folderOf(files);
		for (const args of [[...old, "up"], ...before]) expect((await godwit(args, { cwd })).code).toBe(0);
		return cwd;
	}

	it.each(["fsync", "chmod", "rename"])("at each %s leaves what the next one goes on with", async (call) => {
		const whole = await prepared();
		expect((await godwit(fix, { cwd: whole })).code).toBe(0);
		const expected = contentOf(join(whole, "m"));
		let kills = 0;
		for (let when = 1; ; when++) {
			const cwd = await prepared();
			if (!(await killed(cwd, call, when))) break;
			kills++;
			for (const [path, text] of Object.entries(files)) {
				const name = path.slice("m/".length);
				expect([text, expected[name]]).toContain(readFileSync(join(cwd, path), "utf8"));
			}
			const next = await godwit(fix, { cwd });
			expect(next, `killed at ${call} ${when}`).toMatchObject({ code: 0 });
			expect(contentOf(join(cwd, "m")), `killed at ${call} ${when}`).toEqual(expected);
			expect((await godwit([...old, "status"], { cwd })).stdout).not.toContain("changed since it was applied;");
		}
		expect(kills).toBeGreaterThanOrEqual(2);
	});
});
