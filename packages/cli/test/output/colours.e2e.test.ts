import { describe, expect, it } from "vitest";
import {
	godwit as command,
	folderOf,
	type Outcome,
	onTerminal,
	type RunOptions,
	threeMigrations,
	withoutTimes,
} from "../fixtures/godwit.ts";

const up = ["-path", "m", "-database", "sqlite-node://a.db", "up"];
const status = ["-path", "m", "-database", "sqlite-node://a.db", "status"];
const ESCAPE = "^[";
const red = (text: string): string => `${ESCAPE}31m${text}${ESCAPE}39m`;
const green = (text: string): string => `${ESCAPE}32m${text}${ESCAPE}39m`;
const yellow = (text: string): string => `${ESCAPE}33m${text}${ESCAPE}39m`;
const cyan = (text: string): string => `${ESCAPE}36m${text}${ESCAPE}39m`;
const bold = (text: string): string => `${ESCAPE}1m${text}${ESCAPE}22m`;

/** Writes the control character as people do. */
const visible = (text: string): string => text.replaceAll("\u001b", "^");

async function godwit(args: readonly string[], options: RunOptions): Promise<Outcome> {
	const { code, stdout, stderr } = await command(args, options);
	return { code, stdout: visible(stdout), stderr: visible(stderr) };
}

/** Asks for colours wherever it prints. */
const COLOURS: RunOptions["env"] = { FORCE_COLOR: "1" };

describe("colours", () => {
	it("mark steps, states and what comes next", async () => {
		const cwd = await folderOf(threeMigrations);
		const ran = await godwit([...up, "1"], { cwd, env: COLOURS });
		expect(withoutTimes(ran.stderr)).toBe(`${green("1/u")} users (TIME)\n`);
		const { stdout } = await godwit(status, { cwd, env: COLOURS });
		const [header, first, second, third, ...more] = stdout.split("\n");
		const headings = ["VERSION", "TITLE", "STATE", "WHEN (UTC)", "TOOK", "BY"];
		expect(header?.replaceAll(/ +(?=\^)/g, " ")).toBe(headings.map(bold).join(" "));
		expect(first).toMatch(/^1 {8}users {2}\^\[32mapplied\^\[39m {2}\d{4}/);
		expect(second).toBe(`2        posts  ${yellow("pending")}`);
		expect(third).toBe(`3        tags   ${yellow("pending")}`);
		expect(more).toEqual([
			"sqlite-node://a.db is at version 1; 1 applied, 2 pending",
			"backend: sqlite-node (node:sqlite)",
			`${cyan("next:")} godwit -database sqlite-node://a.db -path m up`,
			"",
		]);
	});

	it("mark errors and findings", async () => {
		const files = { ...threeMigrations, "m/1_users.up.sql": "nonsense" };
		const { stderr } = await godwit(up, { cwd: await folderOf(files), env: COLOURS });
		expect(stderr.startsWith(`${red("error:")} m/1_users.up.sql`), stderr).toBe(true);
		const misspelt = await godwit(["upp"], { cwd: ".", env: COLOURS });
		expect(misspelt.stderr).toBe(
			`${red("error:")} ${(await godwit(["upp"], { cwd: "." })).stderr.slice("error: ".length)}`,
		);
		const cwd = await folderOf({ "m/2_posts.up.sql": "", "m/2_posts.down.sql": "" });
		await godwit(up, { cwd });
		const other = ["-path", await folderOf({ "1_a.up.sql": "", "2_posts.up.sql": "--" }), ...status.slice(2)];
		const { stdout } = await godwit(other, { cwd, env: COLOURS });
		expect(stdout).toContain(`  ${red("out-of-order")}\n`);
		expect(stdout).toMatch(/^\^\[31merror:\^\[39m /m);
	});

	it("are the same text without them", async () => {
		const cwd = await folderOf(threeMigrations);
		const plain = await godwit(status, { cwd });
		const coloured = await godwit(status, { cwd, env: COLOURS });
		expect(plain.stdout).not.toContain(ESCAPE);
		expect(coloured.stdout.replaceAll(/\^\[\d+m/g, "")).toBe(plain.stdout);
	});

	it.each([
		["NO_COLOR", { NO_COLOR: "1" }],
		["FORCE_COLOR=0", { FORCE_COLOR: "0" }],
		["nothing, since it is no terminal", {}],
	])("are away with %s", async (_, env) => {
		const cwd = await folderOf(threeMigrations);
		const { stdout, stderr } = await godwit([...up, "1"], { cwd, env });
		expect(stdout + stderr).not.toContain(ESCAPE);
		expect((await godwit(status, { cwd, env })).stdout).not.toContain(ESCAPE);
		expect((await godwit(["upp"], { cwd, env })).stderr).not.toContain(ESCAPE);
	});

	it.each([[["up"]], [["up", "7", "8"]], [["upp"]], [["status"]]])("are away with -json: %j", async (command) => {
		const cwd = await folderOf({ ...threeMigrations, "m/2_posts.up.sql": "nonsense" });
		const { stdout, stderr } = await godwit(["-json", ...up.slice(0, -1), ...command], { cwd, env: COLOURS });
		expect(stdout + stderr).not.toContain(ESCAPE);
	});

	it("are none of a file's or a database's own", async () => {
		const files = {
			"m/1_\u001b[32mfine.up.sql": "SELECT 1; -- \u001b[32m\nnonsense \u001b[32m",
			"m/2_error:.up.sql": "",
		};
		const cwd = await folderOf(files);
		const { stderr } = await godwit(up, { cwd, env: COLOURS });
		expect(stderr.match(/\^\[\d+m/g)).toEqual([`${ESCAPE}31m`, `${ESCAPE}39m`]);
		expect(stderr).toContain("\uFFFD[32m");
		const { stdout } = await godwit(status, { cwd, env: COLOURS });
		expect(stdout).toContain("\uFFFD[32mfine");
		expect(stdout).not.toContain(`${ESCAPE}32m`);
	});
});

// script's options differ on other systems.
describe.skipIf(process.platform !== "linux")("colours on a terminal", () => {
	it("are there, unless it has none or NO_COLOR is set", async () => {
		const cwd = await folderOf(threeMigrations);
		const shown = async (env: RunOptions["env"]): Promise<string> => {
			const { stdout } = await onTerminal(status, { cwd, env: { NO_COLOR: "", ...env } }).outcome;
			return visible(stdout);
		};
		expect(await shown({ TERM: "xterm-256color" })).toContain(yellow("pending"));
		expect(await shown({ TERM: "dumb" })).not.toContain(ESCAPE);
		expect(await shown({ TERM: "xterm-256color", NO_COLOR: "1" })).not.toContain(ESCAPE);
	});

	it("mark a step in the place of the line that said that it runs", async () => {
		const cwd = await folderOf(threeMigrations);
		const env = { NO_COLOR: "", TERM: "xterm-256color" };
		const { stdout } = await onTerminal([...up, "1"], { cwd, env }).outcome;
		expect(withoutTimes(visible(stdout))).toBe(`\r${ESCAPE}K1/u users ...\r${ESCAPE}K${green("1/u")} users (TIME)\r\n`);
	});
});
