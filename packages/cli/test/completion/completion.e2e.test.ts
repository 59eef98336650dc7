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

describe("godwit completion bash", () => {
	it("offers commands, flags, their values, folders and versions", async () => {
		const cwd = await project("bash");
		const more = [
			{ typed: ["create", "-dir", "two"], offered: ["two words"] },
			{ typed: ["up", "--out-of-order", "s"], offered: ["skip"] },
		];
		for (const { typed, offered } of [...CASES, ...more]) {
			const script = `source ./completion
COMP_WORDS=(godwit ${typed.map(word).join(" ")})
COMP_CWORD=${typed.length}
_godwit
printf '%s\\n' "\${COMPREPLY[@]}"`;
			const printed = execFileSync("bash", ["-c", script], { cwd, encoding: "utf8" });
			expect(
				printed.split("\n").filter((line) => line !== ""),
				typed.join(" "),
			).toEqual(offered);
		}
		expect(execFileSync("bash", ["-c", "source ./completion; complete -p godwit"], { cwd, encoding: "utf8" })).toBe(
			"complete -F _godwit godwit\n",
		);
	});
});

describe.skipIf(!installed("fish"))("godwit completion fish", () => {
	it("offers commands, flags, their values, folders and versions", async () => {
		const cwd = await project("fish");
		for (const { typed, offered } of [...CASES, { typed: ["create", "-dir", "two"], offered: ["two words/"] }]) {
			const typedLine = ["godwit", ...typed.map((text) => text.replace(" ", "\\ "))].join(" ");
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
		const shell = watch(
			spawn("script", ["-q", "-e", "-c", "zsh -f -i", "/dev/null"], { cwd, env: { ...cleanEnv({}), TERM: "dumb" } }),
		);
		const type = (text: string): boolean | undefined => shell.child.stdin?.write(text);
		// biome-ignore lint/suspicious/noTemplateCurlyInString: it is zsh's.
		type("autoload -Uz compinit && compinit -u -D && source ./completion && godwit() print -r got-$#:${(j:,:)@}:\n");
		type("print rea''dy\n");
		await shell.printed("ready\r\n");
		for (const [typed, got] of [
			["compl\tfi\t", "2:completion,fish"],
			["-path two\\ words force 3\t", "4:-path,two words,force,31"],
			["goto 2\t", "2:goto,20"],
			["up -out\tsk\t", "3:up,-out-of-order,skip"],
			["-trans\tea\tdown -a\t", "4:-transaction,each,down,-all"],
			["create -dir tw\t", "3:create,-dir,two words"],
			["help unl\t", "2:help,unlock"],
		]) {
			type(`godwit ${typed}\n`);
			await shell.printed(`got-${got}:`);
		}
		type("exit\n");
		expect((await shell.outcome).code).toBe(0);
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
