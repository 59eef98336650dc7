import { type ChildProcess, fork, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
	currentOwner,
	describeOwner,
	formatOwner,
	ownerLiveness,
	type ProcessOwner,
	parseOwner,
} from "../src/process-owner.ts";

const seed = Number(process.env.GODWIT_SEED ?? 1);
const onLinux = process.platform === "linux";
const fixture = (name: string): string => fileURLToPath(new URL(`./fixtures/${name}.ts`, import.meta.url));
const children: ChildProcess[] = [];
let folder: string;

beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "godwit-owner-"));
});

afterEach(() => {
	for (const child of children.splice(0)) child.kill("SIGKILL");
	rmSync(folder, { recursive: true });
});

async function message<T>(child: ChildProcess): Promise<T> {
	children.push(child);
	const [value] = await once(child, "message");
	return value as T;
}

describe("currentOwner", () => {
	it("names this process, with a new id for each taker", () => {
		const [one, two] = [currentOwner(), currentOwner()];
		expect(one).toMatchObject({ host: hostname(), pid: process.pid });
		expect({ ...one, id: "" }).toEqual({ ...two, id: "" });
		expect(one.id).toMatch(/^[0-9a-f]{16}$/);
		expect(one.id).not.toBe(two.id);
	});

	it.runIf(onLinux)("knows the boot, the namespaces and the start time on Linux", () => {
		const owner = currentOwner();
		expect(owner.boot).toMatch(/^[0-9a-f-]{36}$/);
		expect(owner.pidns).toMatch(/^pid:\[\d+\]/);
		expect(owner.start).toBeGreaterThan(0);
	});
});

describe("parseOwner", () => {
	const optional = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
		fc.option(arbitrary, { nil: undefined });
	const owners: fc.Arbitrary<ProcessOwner> = fc.record({
		host: fc.string({ unit: "grapheme" }),
		boot: optional(fc.uuid()),
		pidns: optional(fc.string()),
		pid: fc.integer({ min: 1 }),
		start: optional(fc.maxSafeNat()),
		id: fc.string({ unit: fc.constantFrom(..."0123456789abcdef"), minLength: 16, maxLength: 16 }),
	});

	it("reads back what formatOwner wrote", () => {
		fc.assert(
			fc.property(owners, (owner) => {
				expect(parseOwner(formatOwner(owner))).toEqual(owner);
			}),
			{ seed, numRuns: 300 },
		);
	});

	it("answers undefined for any other text", () => {
		fc.assert(
			fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
				expect(parseOwner(text)).toBeUndefined();
			}),
			{ seed, numRuns: 300 },
		);
	});

	it.each([
		{ pid: 0 },
		{ pid: -1 },
		{ pid: 1.5 },
		{ pid: "1" },
		{ id: "../../../../etc/" },
		{ id: undefined },
		{ host: 1 },
		{ boot: 1 },
		{ pidns: null },
		{ start: "1" },
	])("answers undefined for an owner with %o", (change) => {
		expect(parseOwner(JSON.stringify({ ...currentOwner(), ...change }))).toBeUndefined();
	});
});

describe("describeOwner", () => {
	it("names the process and its host", () => {
		expect(describeOwner({ ...currentOwner(), pid: 4711, host: "web-1" })).toBe("process 4711 on host web-1");
	});
});

describe("ownerLiveness", () => {
	it("knows this process to be alive", () => {
		expect(ownerLiveness(currentOwner())).toBe("alive");
	});

	it("does not know of processes on other hosts", () => {
		expect(ownerLiveness({ ...currentOwner(), host: "elsewhere.example" })).toBe("unknown");
	});

	it("does not take another boot under the same host name for a restart of this machine", () => {
		expect(ownerLiveness({ ...currentOwner(), boot: "00000000-0000-4000-8000-000000000000" })).toBe("unknown");
	});

	it("does not know of processes in another pid namespace, or in an unknown one", () => {
		expect(ownerLiveness({ ...currentOwner(), pidns: "pid:[1]" })).toBe("unknown");
		expect(ownerLiveness({ ...currentOwner(), pidns: undefined })).toBe("unknown");
		const blind = { ...currentOwner(), pidns: undefined, start: undefined };
		expect(ownerLiveness({ ...blind, pid: 999_999_999 }, blind)).toBe("unknown");
	});

	it.runIf(onLinux)("takes a process with the same number and another start time for dead", () => {
		const me = currentOwner();
		expect(ownerLiveness({ ...me, start: Number(me.start) - 1 })).toBe("dead");
	});

	it.runIf(onLinux)("sees another process live and die", async () => {
		const child = fork(fixture("lock-holder"), [join(folder, "lock")]);
		const owner = await message<ProcessOwner>(child);
		expect(owner.pid).toBe(child.pid);
		expect(ownerLiveness(owner)).toBe("alive");
		child.kill("SIGKILL");
		await once(child, "exit");
		expect(ownerLiveness(owner)).toBe("dead");
	});

	it.runIf(onLinux)("is not misled by a process whose name looks like a field of /proc/PID/stat", async () => {
		const title = "x) Z 1 1 (y";
		const owner = await message<ProcessOwner>(fork(fixture("lock-holder"), [join(folder, "lock"), title]));
		expect(readFileSync(`/proc/${owner.pid}/stat`, "utf8")).toContain(title);
		expect(ownerLiveness(owner)).toBe("alive");
	});

	it.runIf(onLinux)("takes a zombie for dead", async () => {
		// After its exec the shell is a program that never asks for the end of its child.
		const parent = spawn("sh", ["-c", "sleep 60 & echo $!; exec sleep 60"], { stdio: ["ignore", "pipe", "inherit"] });
		children.push(parent);
		const [output] = await once(parent.stdout, "data");
		const pid = Number(output);
		while (!readFileSync(`/proc/${parent.pid}/stat`, "utf8").includes("(sleep)")) await new Promise(setImmediate);
		process.kill(pid, "SIGKILL");
		let fields: string[] = [];
		while (fields[0] !== "Z") {
			await new Promise(setImmediate);
			fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
		}
		expect(ownerLiveness({ ...currentOwner(), pid, start: Number(fields[19]) })).toBe("dead");
	});

	it.runIf(onLinux)("takes a process that it may not signal for alive", async (context) => {
		const answer = await message<{ code?: string; liveness: string }>(fork(fixture("foreign-process")));
		if (answer.code !== "EPERM") context.skip("process 1 belongs to this user");
		expect(answer.liveness).toBe("alive");
	});

	it("tells only what a process number tells where there is no /proc", async () => {
		const child = fork(fixture("lock-holder"), [join(folder, "lock")]);
		const { pid } = await message<ProcessOwner>(child);
		const me: ProcessOwner = { ...currentOwner(), boot: undefined, pidns: undefined, start: undefined };
		const platform = Object.getOwnPropertyDescriptor(process, "platform");
		Object.defineProperty(process, "platform", { ...platform, value: "darwin" });
		try {
			expect(ownerLiveness(me, me)).toBe("alive");
			expect(ownerLiveness({ ...me, pid }, me)).toBe("unknown");
			child.kill("SIGKILL");
			await once(child, "exit");
			expect(ownerLiveness({ ...me, pid }, me)).toBe("dead");
			expect(ownerLiveness({ ...me, pid, host: "elsewhere.example" }, me)).toBe("unknown");
		} finally {
			Object.defineProperty(process, "platform", platform ?? {});
		}
	});
});
