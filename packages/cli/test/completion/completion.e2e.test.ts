import { execFileSync, spawn, spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { commandNames } from "../../src/command-line/commands.ts";
import { cleanEnv, folderOf, godwit, watch } from "../fixtures/godwit.ts";

interface Case {
	/** What was typed: the last word is completed. */
	readonly typed: readonly string[];
	readonly offered: readonly string[];
}

const CASES: readonly Case[] = [
	{ typed: [""], offered: [...commandNames] },
	{ typed: ["-path", "m", "re"], offered: ["rehearse", "redo", "repair", "restore"] },
	{ typed: ["-transaction", ""], offered: ["each", "all"] },
	{ typed: ["up", "-out-of-order", "s"], offered: ["skip"] },
	{ typed: ["up", "-out"], offered: ["-out-of-order"] },
	{ typed: ["down", "-a"], offered: ["-all"] },
	{ typed: ["-json", "down", "-js"], offered: ["-json"] },
	{ typed: ["goto", ""], offered: ["7", "20"] },
	{ typed: ["-path", "two words", "force", ""], offered: ["31"] },
	{ typed: ["repair", "-adopt", "2"], offered: ["20"] },
	{ typed: ["help", "unl"], offered: ["unlock"] },
	{ typed: ["completion", ""], offered: ["bash", "zsh", "fish"] },
	{ typed: ["-database", "sqlite://app.db", "sta"], offered: ["status"] },
	{ typed: ["-database=sqlite://app.db?x-wal=alone", "sta"], offered: ["status"] },
	{ typed: ["-source", "file://migrations", "goto", ""], offered: ["7", "20"] },
	{ typed: ["-source=file://two words", "goto", ""], offered: ["31"] },
	{ typed: ["-path=two words", "goto", ""], offered: ["31"] },
	{ typed: ["-path=migrations", "sta"], offered: ["status"] },
	{ typed: ["create", "-ext", ""], offered: [] },
	{ typed: ["up", ""], offered: [] },
];

async function project(shell: string): Promise<string> {
	const cwd = await folderOf({
		"migrations/007_a.up.sql": "",
		"migrations/007_a.down.sql": "",
		"migrations/20_b.up.sql": "",
		"migrations/notes.txt": "",
		"two words/31_a.up.sql": "",
	});
	const { code, stdout } = await godwit(["completion", shell], { cwd });
	expect(code).toBe(0);
	execFileSync("tee", [join(cwd, "completion")], { input: stdout, stdio: ["pipe", "ignore", "inherit"] });
	return cwd;
}

function installed(shell: string): boolean {
	return spawnSync(shell, ["-c", "exit 0"]).status === 0;
}

function word(text: string): string {
	return `'${text}'`;
}

interface InteractiveShell {
	/** Types a line, and returns what it calls the command with. */
	run(line: string): Promise<string>;
	/** Returns the exit code. */
	end(): Promise<number | null>;
}

/** Starts a shell on a terminal of its own. @param setUp Lines that load the completion and define `godwit`, which prints its arguments. */
async function interactive(words: string, setUp: readonly string[], cwd: string): Promise<InteractiveShell> {
	const env = { ...cleanEnv({}), TERM: "dumb", INPUTRC: "/dev/null", HISTFILE: "" };
	const shell = watch(spawn("script", ["-q", "-e", "-c", words, "/dev/null"], { cwd, env }));
	let text = "";
	shell.child.stdout?.on("data", (more: string) => {
		text += more;
	});
	const type = (line: string): boolean | undefined => shell.child.stdin?.write(`${line}\n`);
	for (const line of [...setUp, "echo rea''dy"]) type(line);
	await shell.printed("ready\r\n");
	let lines = 0;
	return {
		async run(line) {
			type(line);
			type(`echo en''d${++lines}.`);
			await shell.printed(`end${lines}.\r\n`);
			return (
				text
					.match(/got-(.*?):\r\n/g)
					?.at(-1)
					?.slice("got-".length, -":\r\n".length) ?? ""
			);
		},
		async end() {
			type("exit");
			return (await shell.outcome).code;
		},
	};
}

describe.skipIf(process.platform !== "linux")("godwit completion bash", () => {
	it("offers commands, flags, their values, folders and versions on a terminal", async () => {
		const cwd = await project("bash");
		const shell = await interactive(
			"bash --norc --noprofile -i",
			["source ./completion", `godwit() { printf 'got-'; printf '%s,' "$@"; echo :; }`],
			cwd,
		);
		const more: readonly Case[] = [
			{ typed: ["create", "-dir", "two"], offered: ["two words"] },
			{ typed: ["create", "-dir", "two\\ w"], offered: ["two words"] },
			{ typed: ["create", "-dir=two"], offered: ["-dir=two words"] },
			{ typed: ["up", "--out-of-order", "s"], offered: ["skip"] },
			{ typed: ["up", "-out-of-order=s"], offered: ["-out-of-order=skip"] },
			{ typed: ["repair", "-adopt=2"], offered: ["-adopt=20"] },
		];
		for (const { typed, offered } of [...CASES, ...more]) {
			const given = typed.map((text) => text.replace(/(?<!\\) /g, "\\ ").replace("?", "\\?"));
			const kept = typed.slice(0, offered.length === 0 && typed.at(-1) !== "" ? typed.length : -1);
			// Meta and * put in all that there is to offer.
			expect(await shell.run(`godwit ${given.join(" ")}\u001b*`), given.join(" ")).toBe(
				[...kept, ...offered.toSorted()].map((text) => `${text},`).join(""),
			);
		}
		expect(await shell.end()).toBe(0);
	});
});

describe.skipIf(!installed("fish"))("godwit completion fish", () => {
	it("offers commands, flags, their values, folders and versions", async () => {
		const cwd = await project("fish");
		for (const { typed, offered } of [
			...CASES,
			{ typed: ["create", "-dir", "two"], offered: ["two words/"] },
			{ typed: ["up", "-out-of-order=s"], offered: ["-out-of-order=skip"] },
		]) {
			const typedLine = ["godwit", ...typed.map((text) => text.replace(" ", "\\ ").replace("?", "\\?"))].join(" ");
			const script = `source ./completion; complete -C ${word(typedLine.replaceAll("\\", "\\\\"))}`;
			const printed = execFileSync("fish", ["--no-config", "-c", script], { cwd, encoding: "utf8" });
			const words = printed.split("\n").filter((line) => line !== "");
			expect(words.map((line) => line.split("\t")[0]).sort(), typedLine).toEqual([...offered].sort());
		}
	});
});

describe.skipIf(!installed("zsh") || process.platform !== "linux")("godwit completion zsh", () => {
	it("completes commands, flags, their values, folders and versions on a terminal", async () => {
		const cwd = await project("zsh");
		const shell = await interactive(
			"zsh -f -i",
			[
				"autoload -Uz compinit && compinit -u -D && source ./completion",
				`godwit() { printf 'got-'; printf '%s,' "$@"; echo :; }`,
			],
			cwd,
		);
		for (const [typed, got] of [
			["compl\tfi\t", "completion,fish,"],
			["-path two\\ words force 3\t", "-path,two words,force,31,"],
			["goto 2\t", "goto,20,"],
			["up -out\tsk\t", "up,-out-of-order,skip,"],
			["-trans\tea\tdown -a\t", "-transaction,each,down,-all,"],
			["create -dir tw\t", "create,-dir,two words,"],
			["help unl\t", "help,unlock,"],
			["-database sqlite://app.db sta\t", "-database,sqlite://app.db,status,"],
			["-source file://two\\ words goto 3\t", "-source,file://two words,goto,31,"],
			["-path=two\\ words goto 3\t", "-path=two words,goto,31,"],
			["up -out-of-order=sk\t", "up,-out-of-order=skip,"],
			["create -dir=tw\t", "create,-dir=two words,"],
		]) {
			expect(await shell.run(`godwit ${typed}`), typed).toBe(got);
		}
		expect(await shell.end()).toBe(0);
	});
});

describe("godwit completion", () => {
	it("prints its script in JSON too, and says which shells there are", async () => {
		const cwd = await folderOf({});
		const { stdout } = await godwit(["completion", "fish", "-json"], { cwd });
		expect(JSON.parse(stdout)).toMatchObject({
			godwit: 1,
			command: "completion",
			shell: "fish",
			script: expect.stringContaining("complete -c godwit"),
		});
		expect(await godwit(["completion"], { cwd })).toEqual({
			code: 1,
			stdout: "",
			stderr: "error: please specify the shell: bash, zsh or fish\n",
		});
		expect((await godwit(["completion", "tcsh"], { cwd })).stderr).toBe(
			'error: there is no completion for "tcsh"; there is one for bash, zsh and fish\n',
		);
	});
});
