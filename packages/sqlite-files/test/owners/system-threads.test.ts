import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { afterEach, describe, expect, it } from "vitest";
import type { Owner } from "../../src/owners/owner.ts";
import { optional, processExists, readThread } from "../../src/owners/system-threads.ts";
import { type ChildProcesses, childProcesses, message } from "../fixtures/child-processes.ts";
import { errorOf } from "../fixtures/error-of.ts";
import { onLinux } from "../fixtures/linux.ts";

let children: ChildProcesses = childProcesses();

afterEach(async () => {
	await children[Symbol.asyncDispose]();
	children = childProcesses();
});

describe.runIf(onLinux)("readThread", () => {
	it("tells when a thread started, and nothing of one that is not there", () => {
		expect(readThread(process.pid, process.pid)).toEqual({ start: expect.any(Number), ended: false });
		expect(readThread(process.pid, 2 ** 31 - 1)).toBeUndefined();
		expect(readThread(2 ** 31 - 1, 2 ** 31 - 1)).toBeUndefined();
	});

	it("is not misled by a process whose name looks like a field of /proc/PID/stat", async () => {
		const title = "x) Z 1 1 (y";
		const owner = await message<Owner>(children.start("holder-process", title));
		expect(readFileSync(`/proc/${owner.pid}/stat`, "utf8")).toContain(title);
		expect(readThread(owner.pid, owner.thread)).toEqual({ start: owner.start, ended: false });
	});

	it("takes a thread for ended while the kernel still takes it apart", async () => {
		const full = `const full = Buffer.alloc(${512 << 20}, 1); console.log(full.length); setInterval(() => full, 1e6);`;
		let seen = false;
		// The more memory, the longer it takes; now and then it is over before this process looks.
		for (let attempt = 0; attempt < 20 && !seen; attempt++) {
			const child = spawn(process.execPath, ["-e", full], { stdio: ["ignore", "pipe", "inherit"] });
			await once(child.stdout, "data");
			const pid = Number(child.pid);
			const exit = once(child, "exit");
			child.kill("SIGKILL");
			for (let isZombie = false; !isZombie; ) {
				const ended = readThread(pid, pid)?.ended === true;
				isZombie = readFileSync(`/proc/${pid}/stat`, "utf8").includes(") Z ");
				seen ||= ended && !isZombie;
			}
			await exit;
		}
		expect(seen).toBe(true);
	});

	it("takes a zombie for ended", async () => {
		// After its exec the shell is a program that never asks for the end of its child.
		const parent = spawn("sh", ["-c", "sleep 60 & echo $!; exec sleep 60"], { stdio: ["ignore", "pipe", "inherit"] });
		try {
			const [output] = await once(parent.stdout, "data");
			const pid = Number(output);
			while (!readFileSync(`/proc/${parent.pid}/stat`, "utf8").includes("(sleep)")) await new Promise(setImmediate);
			expect(readThread(pid, pid)).toMatchObject({ ended: false });
			process.kill(pid, "SIGKILL");
			while (!readFileSync(`/proc/${pid}/stat`, "utf8").includes(") Z ")) await new Promise(setImmediate);
			expect(readThread(pid, pid)).toMatchObject({ ended: true });
			expect(processExists(pid)).toBe(true);
		} finally {
			const exit = once(parent, "exit");
			parent.kill("SIGKILL");
			await exit;
		}
	});
});

describe("processExists", () => {
	it("sees a process live and die", async () => {
		const child = children.start("holder-process");
		const { pid } = await message<Owner>(child);
		expect(processExists(pid)).toBe(true);
		await children.kill(child);
		expect(processExists(pid)).toBe(false);
	});

	it("passes on what else the system says", () => {
		expect(errorOf(() => processExists(1.5))).toBeInstanceOf(TypeError);
	});
});

describe("optional", () => {
	it("is undefined for what a system lacks or hides, and passes on any other failure", () => {
		const failing = (code: string) => () => {
			throw Object.assign(new Error(code), { code });
		};
		expect(optional(() => 1)).toBe(1);
		for (const code of ["ENOENT", "ESRCH", "EACCES", "EPERM", "ENOTDIR"])
			expect(optional(failing(code))).toBeUndefined();
		expect(errorOf(() => optional(failing("EIO")))).toMatchObject({ code: "EIO" });
		expect(errorOf(() => optional(() => (undefined as unknown as Owner).pid))).toBeInstanceOf(TypeError);
	});
});
