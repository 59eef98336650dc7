import { once } from "node:events";
import { hostname } from "node:os";
import { afterEach, describe, expect, it } from "vitest";
import type { Owner } from "../../src/owners/owner.ts";
import { currentPlace, type Place } from "../../src/owners/place.ts";
import { type ChildProcesses, childProcesses, message } from "../fixtures/child-processes.ts";
import { canUnshare, onLinux } from "../fixtures/linux.ts";
import { startThread } from "../fixtures/start-thread.ts";

let children: ChildProcesses = childProcesses();

afterEach(async () => {
	await children[Symbol.asyncDispose]();
	children = childProcesses();
});

/** The place of a process that a command starts. */
async function placeBy(...command: readonly string[]): Promise<Place> {
	const child = children.startBy(command, "liveness-process", "");
	let output = "";
	child.stdout?.on("data", (data) => {
		output += data;
	});
	await once(child, "close");
	return JSON.parse(output).place;
}

describe("currentPlace", () => {
	it("names this process on this host", () => {
		expect(currentPlace()).toMatchObject({ host: hostname(), pid: process.pid });
	});

	describe.runIf(onLinux)("on Linux", () => {
		it("knows boot, namespaces, thread and start", () => {
			const { boot, space, thread, start } = currentPlace();
			expect(boot).toMatch(/^[0-9a-z]{10}$/);
			expect(space).toMatch(/^[0-9a-z]{10}$/);
			expect(thread).toBeGreaterThan(0);
			expect(start).toBeGreaterThan(0);
		});

		it("is in the same boot and space for another process, with its own number for its first thread", async () => {
			const other = await message<Owner>(children.start("holder-process"));
			const { boot, space } = currentPlace();
			expect(other).toMatchObject({ boot, space });
			expect(other.pid).not.toBe(process.pid);
			expect(other.thread).toBe(other.pid);
		});

		it("names each thread of a process", async () => {
			const worker = await startThread();
			const [other] = (await once(worker, "message")) as [Owner];
			await worker.terminate();
			expect(other).toMatchObject({ pid: process.pid, space: currentPlace().space });
			expect(other.thread).not.toBe(currentPlace().thread);
		});

		it.runIf(canUnshare("--pid", "--fork", "--mount-proc"))("has another space in another pid namespace", async () => {
			const place = await placeBy("unshare", "--pid", "--fork", "--mount-proc");
			expect(place).toMatchObject({ boot: currentPlace().boot, pid: 1, thread: 1 });
			expect(place.space).toMatch(/^[0-9a-z]{10}$/);
			expect(place.space).not.toBe(currentPlace().space);
		});

		it.runIf(canUnshare("--pid", "--fork"))(
			"knows no space, and a start by the clock, where /proc is that of another pid namespace",
			async () => {
				const place = await placeBy("unshare", "--pid", "--fork");
				expect(place).toMatchObject({ boot: currentPlace().boot, pid: 1, thread: 1 });
				expect(place.space).toBeUndefined();
				expect(Math.abs(Number(place.start) - Date.now())).toBeLessThan(600_000);
			},
		);

		it.runIf(canUnshare("--time", "--fork"))("has another space in another time namespace", async () => {
			const place = await placeBy("unshare", "--time", "--fork", "--boottime", "1000");
			expect(place.boot).toBe(currentPlace().boot);
			expect(place.space).not.toBe(currentPlace().space);
		});
	});
});
