import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { cleanEnv, commandWords, folderOf, godwit, type Outcome, watch } from "./fixtures/godwit.ts";

/** Runs the command with a stream that the device /dev/full is: every write fails with ENOSPC. */
async function onFullDisk(
	stream: "stdout" | "stderr",
	args: readonly string[],
	cwd: string,
	env: Readonly<Record<string, string>> = {},
): Promise<Outcome> {
	const full = openSync("/dev/full", "w");
	try {
		const stdio = stream === "stdout" ? (["ignore", full, "pipe"] as const) : (["ignore", "pipe", full] as const);
		const [program, ...words] = commandWords();
		return await watch(spawn(program, [...words, ...args], { cwd, env: cleanEnv({ env }), stdio: [...stdio] })).outcome;
	} finally {
		closeSync(full);
	}
}

/** Makes Perl run the command with a pipe that does not wait for its reader; those that Node gives its children do. */
function withoutWaiting(stream: "STDOUT" | "STDERR", args: readonly string[]): readonly string[] {
	// F_SETPIPE_SZ, for which Perl has no name: a small pipe is full soon. A socket has no such size.
	const small = `fcntl(${stream}, 1031, 4096)`;
	const nonBlocking = `${small}; fcntl(${stream}, F_SETFL, O_WRONLY | O_NONBLOCK) or die; exec @ARGV`;
	return ["-MFcntl", "-e", nonBlocking, ...commandWords(), ...args];
}

/** Migrations outside a transaction: a run that ends in the midst of one leaves the database dirty. */
const files = Object.fromEntries(
	[1, 2, 3].map((version) => [
		`m/${version}_a.up.sql`,
		`-- godwit: no-transaction\nCREATE TABLE a${version} (x);\nCREATE TABLE b${version} (x);\n`,
	]),
);
const flags = ["-path", "m", "-database", "sqlite-native://app.db"];

// The device is Linux's.
describe.skipIf(process.platform !== "linux")("godwit, where a stream cannot be written to", () => {
	it.each([
		{ what: "without more", args: [], env: {} },
		{ what: "with -verbose", args: ["-verbose"], env: {} },
		{ what: "with DEBUG", args: [], env: { DEBUG: "godwit:*" } },
	])("runs to the end although its log is on a full disk, $what", async ({ args, env }) => {
		const cwd = await folderOf(files);
		expect(await onFullDisk("stderr", [...flags, ...args, "up"], cwd, env)).toEqual({
			code: 0,
			stdout: "",
			stderr: "",
		});
		expect(await godwit([...flags, "version"], { cwd })).toEqual({ code: 0, stdout: "3\n", stderr: "" });
	});

	it("does what prints nothing but DEBUG's lines, which are lost", async () => {
		const cwd = await folderOf(files);
		await godwit([...flags, "up"], { cwd });
		const again = await onFullDisk("stderr", [...flags, "drop", "-f"], cwd, { DEBUG: "*" });
		expect(again).toEqual({ code: 0, stdout: "", stderr: "" });
	});

	it("exits as it would when it cannot say what went wrong", async () => {
		const cwd = await folderOf({ ...files, "m/2_a.up.sql": "SELEKT 1;" });
		expect((await onFullDisk("stderr", [...flags, "up"], cwd)).code).toBe(1);
		expect((await onFullDisk("stderr", ["-frob"], cwd)).code).toBe(2);
		expect((await godwit([...flags, "version"], { cwd })).stdout).toBe("1\n");
	});

	it.each([{ args: ["-version"] }, { args: ["-help"] }, { args: ["help", "up"] }, { args: [...flags, "version"] }])(
		"says that its answer to $args is lost, and exits with 1",
		async ({ args }) => {
			const cwd = await folderOf(files);
			await godwit([...flags, "up"], { cwd });
			expect(await onFullDisk("stdout", args, cwd)).toEqual({
				code: 1,
				stdout: "",
				stderr: "error: standard output is lost: ENOSPC: no space left on device, write\n",
			});
		},
	);

	it("exits with 1 when the reader of its answer is gone, and says nothing", async () => {
		const cwd = await folderOf(files);
		await godwit([...flags, "up"], { cwd });
		const [program, ...words] = commandWords();
		const running = watch(spawn(program, [...words, ...flags, "version"], { cwd, env: cleanEnv({}) }));
		running.child.stdout?.destroy();
		expect(await running.outcome).toEqual({ code: 1, stdout: "", stderr: "" });
	});

	it("runs to the end when the reader of its log is gone", async () => {
		const cwd = await folderOf(files);
		const [program, ...words] = commandWords();
		const running = watch(spawn(program, [...words, ...flags, "-verbose", "up"], { cwd, env: cleanEnv({}) }));
		running.child.stderr?.destroy();
		expect(await running.outcome).toEqual({ code: 0, stdout: "", stderr: "" });
		expect((await godwit([...flags, "version"], { cwd })).stdout).toBe("3\n");
	});

	it("writes a long message whole to a pipe that does not wait for its reader", async () => {
		const cwd = await folderOf(files);
		// Longer than what a pipe takes.
		const args = [`-${"x".repeat(100_000)}`];
		const { stderr } = await godwit(args, { cwd });
		expect(stderr.length).toBeGreaterThan(100_000);
		// Those that Node gives its children are sockets, which take more.
		const piped = ["-c", '"$@" 2>&1 | cat', "sh", "perl", ...withoutWaiting("STDERR", args)];
		const child = spawn("sh", piped, { cwd, env: cleanEnv({}), stdio: ["ignore", "pipe", "pipe"] });
		expect(await watch(child).outcome).toEqual({ code: 0, stdout: stderr, stderr: "" });
	});

	it("writes a large answer whole to a pipe that does not wait for its reader", async () => {
		const many = Array.from({ length: 5_000 }, (_, at) => [`m/${at + 1}_${"long".repeat(20)}.up.sql`, "SELECT 1;"]);
		const cwd = await folderOf(Object.fromEntries(many));
		const { stdout, code } = await godwit([...flags, "status"], { cwd });
		expect(code).toBe(0);
		expect(stdout.length).toBeGreaterThan(400_000);
		const args = withoutWaiting("STDOUT", [...flags, "status"]);
		const child = spawn("perl", args, { cwd, env: cleanEnv({ env: {} }), stdio: ["ignore", "pipe", "pipe"] });
		expect(await watch(child).outcome).toEqual({ code: 0, stdout, stderr: "" });
	});
});
