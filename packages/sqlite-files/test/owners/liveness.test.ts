import { once } from "node:events";
import { release } from "node:os";
import { afterEach, describe, expect, it } from "vitest";
import { newHolder } from "../../src/owners/holder.ts";
import { ownerLiveness } from "../../src/owners/liveness.ts";
import { formatOwner, formatShortOwner, type Owner, parseOwner } from "../../src/owners/owner.ts";
import { currentPlace, type Place } from "../../src/owners/place.ts";
import { readThread } from "../../src/owners/system-threads.ts";
import { type ChildProcesses, childProcesses, message } from "../fixtures/child-processes.ts";
import { asRoot, canUnshare, onLinux } from "../fixtures/linux.ts";
import { deadOwner, uncheckedOwner } from "../fixtures/other-owners.ts";
import { startThread } from "../fixtures/start-thread.ts";

let children: ChildProcesses = childProcesses();

afterEach(async () => {
	await children[Symbol.asyncDispose]();
	children = childProcesses();
});

const shared = (): boolean => false;
const local = (): boolean => true;

/** A thread may still be shown for a moment after its end. */
async function untilDead(owner: Owner): Promise<void> {
	while (ownerLiveness(owner, shared) !== "dead") await new Promise(setImmediate);
}

describe("ownerLiveness", () => {
	it("takes a holder of its own thread for alive until it ends, however it is written", () => {
		const holder = newHolder();
		const forms = [holder.owner, parseOwner(formatOwner(holder.owner)), parseOwner(formatShortOwner(holder.owner))];
		const answers = (): readonly unknown[] => forms.map((owner) => owner && ownerLiveness(owner, shared));
		expect(answers()).toEqual(["alive", "alive", "alive"]);
		holder.end();
		expect(answers()).toEqual(["dead", "dead", "dead"]);
	});

	it("takes a process that is no more for dead", () => {
		expect(ownerLiveness(deadOwner(), shared)).toBe("dead");
	});

	it("cannot check an owner on another host or in another pid namespace", () => {
		expect(ownerLiveness({ ...deadOwner(), host: "elsewhere.example" }, local)).toBe("unknown");
		expect(ownerLiveness(uncheckedOwner(), local)).toBe("unknown");
		expect(ownerLiveness({ ...deadOwner(), space: "elsewhere" }, local)).toBe("unknown");
	});

	it("cannot check an owner where either of the two does not know its namespace", () => {
		const blind = { ...currentPlace(), space: undefined, start: undefined };
		expect(ownerLiveness({ ...deadOwner(), space: undefined }, local)).toBe("unknown");
		expect(ownerLiveness(deadOwner(), local, blind)).toBe("unknown");
		expect(ownerLiveness({ ...deadOwner(), space: undefined }, local, blind)).toBe("unknown");
	});

	it("takes a host's name for the same when it was cut or rewritten as a link has it", () => {
		for (const host of ["web-1.a-long-domain.example", "büro rechner", ""]) {
			const me: Place = { ...currentPlace(), host };
			const owner = parseOwner(formatShortOwner({ ...deadOwner(), host }));
			expect(owner && ownerLiveness(owner, shared, me), host).toBe("dead");
		}
	});

	describe.runIf(onLinux)("on Linux", () => {
		it("takes an owner of another boot for dead on a file system of one machine, whatever its host", () => {
			const before = { ...newHolder().owner, boot: "before" };
			expect(ownerLiveness(before, local)).toBe("dead");
			expect(ownerLiveness({ ...before, host: "elsewhere" }, local)).toBe("dead");
		});

		it("cannot check an owner of another boot on any other file system", () => {
			expect(ownerLiveness({ ...newHolder().owner, boot: "before" }, shared)).toBe("unknown");
		});

		it("asks for the file system only when the boot is another one", () => {
			const asked = (): boolean => {
				throw new Error("asked");
			};
			expect(ownerLiveness(newHolder().owner, asked)).toBe("alive");
			expect(ownerLiveness(uncheckedOwner(), asked)).toBe("unknown");
			expect(ownerLiveness({ ...newHolder().owner, boot: undefined }, asked)).toBe("unknown");
		});

		it("takes a process or thread of the same number that started at another time for dead", () => {
			const { owner } = newHolder();
			expect(ownerLiveness({ ...owner, start: Number(owner.start) - 1 }, shared)).toBe("dead");
		});

		it("takes another process for alive until it is killed", async () => {
			const child = children.start("holder-process");
			const owner = await message<Owner>(child);
			expect(owner.pid).toBe(child.pid);
			expect(ownerLiveness(owner, shared)).toBe("alive");
			expect(ownerLiveness({ ...owner, start: undefined }, shared)).toBe("alive");
			await children.kill(child);
			expect(ownerLiveness(owner, shared)).toBe("dead");
		});

		it("takes a thread of this process for alive until it is terminated, and does not ask for its holders", async () => {
			const worker = await startThread();
			const [owner] = (await once(worker, "message")) as [Owner];
			expect(owner).toMatchObject({ pid: process.pid });
			expect(ownerLiveness(owner, shared)).toBe("alive");
			worker.postMessage("end");
			await once(worker, "message");
			// Only its own thread can know of that.
			expect(ownerLiveness(owner, shared)).toBe("alive");
			await worker.terminate();
			await untilDead(owner);
		});

		it("does not take a thread's holder for one of its own that has the same number", async () => {
			const worker = await startThread();
			const [owner] = (await once(worker, "message")) as [Owner];
			let mine = newHolder();
			while (mine.owner.holder < owner.holder) mine = newHolder();
			await worker.terminate();
			await untilDead(owner);
			expect(ownerLiveness(mine.owner, shared)).toBe("alive");
		});

		it("takes a thread of another process for dead once it was terminated, though the process lives", async () => {
			const child = children.start("holder-process");
			const first = await message<Owner>(child);
			child.send("start");
			const owner = await message<Owner>(child);
			expect(owner.pid).toBe(first.pid);
			expect(owner.thread).not.toBe(first.thread);
			expect(ownerLiveness(owner, shared)).toBe("alive");
			child.send("terminate");
			await message(child);
			await untilDead(owner);
			expect(ownerLiveness(first, shared)).toBe("alive");
		});

		it("takes a process that it may not signal for alive", async () => {
			const { owner } = newHolder();
			const [answer] = await answersBy([], asRoot ? "65534" : "", {
				...owner,
				pid: 1,
				thread: 1,
				start: startOfInit(),
			});
			expect(answer).toBe("alive");
		});

		it.runIf(canUnshare("--pid", "--fork", "--mount-proc"))(
			"cannot check a process outside of its pid namespace, nor one that is inside from outside",
			async () => {
				const { owner } = newHolder();
				const [answer] = await answersBy(["unshare", "--pid", "--fork", "--mount-proc"], "", owner);
				expect(answer).toBe("unknown");
			},
		);

		it.runIf(canUnshare("--pid", "--fork"))(
			"is not misled by a /proc of another pid namespace, in which its own number is another process's",
			async () => {
				const { owner } = newHolder();
				const inside = { ...owner, space: undefined, pid: 1, thread: 1, start: startOfInit() };
				const answers = await answersBy(["unshare", "--pid", "--fork"], "", owner, inside, {
					...inside,
					space: owner.space,
				});
				expect(answers).toEqual(["unknown", "unknown", "unknown"]);
			},
		);

		const separateMounts = Number.parseFloat(release()) >= 5.8 && asRoot && canUnshare("--mount");
		it.runIf(separateMounts)("takes a process for alive that /proc hides from it", async () => {
			const child = children.start("holder-process");
			const owner = await message<Owner>(child);
			const mount = 'mount -t proc -o hidepid=2 proc /proc && exec "$0" "$@"';
			const answers = await answersBy(["unshare", "--mount", "sh", "-c", mount], "65534", owner, deadOwner());
			expect(answers).toEqual(["alive", "dead"]);
		});
	});

	describe("outside Linux", () => {
		const me: Place = { host: "mac", boot: undefined, space: "machine", pid: process.pid, thread: 0, start: undefined };

		it("knows the holders of its own thread", () => {
			const holder = newHolder();
			const owner = { ...me, holder: holder.owner.holder };
			expect(ownerLiveness(owner, local, me)).toBe("alive");
			holder.end();
			expect(ownerLiveness(owner, local, me)).toBe("dead");
		});

		it("cannot check other threads of its process", () => {
			expect(ownerLiveness({ ...me, thread: 1, holder: 1 }, local, me)).toBe("unknown");
		});

		it("knows of another process only that it is no more, since a number may be a later process's", async () => {
			const child = children.start("holder-process");
			const { pid } = await message<Owner>(child);
			const owner = { ...me, pid, holder: 1 };
			expect(ownerLiveness(owner, local, me)).toBe("unknown");
			await children.kill(child);
			expect(ownerLiveness(owner, local, me)).toBe("dead");
		});

		it("cannot check an owner on another machine, also of the same name, or on an unknown one", () => {
			const owner = { ...deadOwner(), ...me, pid: deadOwner().pid };
			expect(ownerLiveness(owner, local, me)).toBe("dead");
			expect(ownerLiveness({ ...owner, host: "pc" }, local, me)).toBe("unknown");
			expect(ownerLiveness({ ...owner, space: "other" }, local, me)).toBe("unknown");
			expect(ownerLiveness({ ...owner, space: undefined }, local, { ...me, space: undefined })).toBe("unknown");
		});

		it("cannot check an owner on Linux", () => {
			expect(ownerLiveness({ ...deadOwner(), host: me.host, boot: "b", space: me.space }, local, me)).toBe("unknown");
		});
	});
});

function startOfInit(): number | undefined {
	return readThread(1, 1)?.start;
}

/** What a process that a command starts, and that becomes a user, tells of owners. */
async function answersBy(
	command: readonly string[],
	user: string,
	...owners: readonly Owner[]
): Promise<readonly string[]> {
	const before = command.length > 0 ? command : ["env"];
	const child = children.startBy(before, "liveness-process", user, ...owners.map(formatOwner));
	let output = "";
	child.stdout?.on("data", (data) => {
		output += data;
	});
	await once(child, "close");
	return JSON.parse(output).answers;
}
