import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import {
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmdirSync,
	rmSync,
	symlinkSync,
	unlinkSync,
	utimesSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { isMigrateError } from "@godwit/core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { acquireOwnedLock, inspectOwnedLock, releaseOwnedLock } from "../src/owned-lock.ts";
import { currentOwner, formatOwner, type ProcessOwner } from "../src/process-owner.ts";

const fixture = (name: string): string => fileURLToPath(new URL(`./fixtures/${name}.ts`, import.meta.url));
const children = new Set<ChildProcess>();
let folder: string;
let path: string;

beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "godwit-lock-"));
	path = join(folder, "app.db.lock");
});

afterEach(async () => {
	await Promise.all([...children].map(kill));
	rmSync(folder, { recursive: true });
});

function start(name: string, ...args: string[]): ChildProcess {
	const child = fork(fixture(name), args);
	children.add(child);
	child.once("exit", () => children.delete(child));
	return child;
}

async function kill(child: ChildProcess): Promise<void> {
	const exit = once(child, "exit");
	if (child.kill("SIGKILL")) await exit;
}

/** An owner that had this process's number before this process did. */
function deadOwner(): ProcessOwner {
	return { ...currentOwner(), start: 1 };
}

function errorOf(action: () => unknown): unknown {
	try {
		action();
	} catch (error) {
		return error;
	}
	return undefined;
}

const linux = describe.runIf(process.platform === "linux");

describe("acquireOwnedLock", () => {
	it("takes a free lock and keeps every other taker out until it is released", () => {
		const [one, two] = [currentOwner(), currentOwner()];
		expect(inspectOwnedLock(path)).toEqual({ state: "free" });
		expect(acquireOwnedLock(path, one)).toBeUndefined();
		expect(inspectOwnedLock(path)).toEqual({ state: "owned", owner: one, liveness: "alive" });
		expect(acquireOwnedLock(path, two)).toEqual({ state: "owned", owner: one, liveness: "alive" });
		expect(acquireOwnedLock(path, one)).toMatchObject({ state: "owned" });
		releaseOwnedLock(path, one);
		expect(acquireOwnedLock(path, two)).toBeUndefined();
		expect(readdirSync(folder)).toEqual(["app.db.lock"]);
	});

	it("is kept out by a folder at its path, as node-sqlite3-wasm makes it, and keeps that program out", () => {
		mkdirSync(path);
		const anHourAgo = Date.now() / 1000 - 3600;
		utimesSync(path, anHourAgo, anHourAgo);
		const state = acquireOwnedLock(path, currentOwner());
		expect(state).toEqual({ state: "foreign", ageMs: expect.closeTo(3_600_000, -5) });
		rmdirSync(path);
		expect(acquireOwnedLock(path, currentOwner())).toBeUndefined();
		expect(errorOf(() => mkdirSync(path))).toMatchObject({ code: "EEXIST" });
		expect(errorOf(() => rmdirSync(path))).toMatchObject({ code: "ENOTDIR" });
	});

	it("is kept out by a file and by somebody else's symbolic link", () => {
		writeFileSync(path, "");
		expect(acquireOwnedLock(path, currentOwner())).toMatchObject({ state: "foreign" });
		unlinkSync(path);
		symlinkSync("host:4711", path);
		expect(acquireOwnedLock(path, currentOwner())).toMatchObject({ state: "foreign" });
	});

	it("leaves the lock of an owner on another host alone", () => {
		symlinkSync(formatOwner({ ...deadOwner(), host: "elsewhere.example" }), path);
		expect(acquireOwnedLock(path, currentOwner())).toMatchObject({ state: "owned", liveness: "unknown" });
	});

	it("describes an owner with the longest legal host name within the shortest limit of a link, 1023 bytes", () => {
		const owner = { ...currentOwner(), host: "h".repeat(255) };
		expect(Buffer.byteLength(formatOwner(owner))).toBeLessThan(1023);
		expect(acquireOwnedLock(path, owner)).toBeUndefined();
		expect(inspectOwnedLock(path)).toMatchObject({ owner });
	});

	it("passes on the file system's own errors", () => {
		const me = currentOwner();
		expect(errorOf(() => acquireOwnedLock(join(folder, "none", "lock"), me))).toMatchObject({ code: "ENOENT" });
		writeFileSync(join(folder, "file"), "");
		expect(errorOf(() => acquireOwnedLock(join(folder, "file", "lock"), me))).toMatchObject({ code: "ENOTDIR" });
		expect(errorOf(() => inspectOwnedLock(join(folder, "file", "lock")))).toMatchObject({ code: "ENOTDIR" });
		expect(errorOf(() => acquireOwnedLock(path, { ...me, host: "h".repeat(5000) }))).toMatchObject({
			code: "ENAMETOOLONG",
		});
	});
});

describe("releaseOwnedLock", () => {
	it("removes nothing that is not its own, and says whose it is", () => {
		const me = currentOwner();
		const lost = (): unknown => errorOf(() => releaseOwnedLock(path, me));
		expect(lost()).toMatchObject({ code: "ERR_LOCK_LOST", details: { owner: "nobody" } });
		mkdirSync(path);
		expect(lost()).toMatchObject({ code: "ERR_LOCK_LOST", details: { owner: "another program" } });
		rmdirSync(path);
		expect(acquireOwnedLock(path, { ...currentOwner(), pid: 4711, host: "web-1" })).toBeUndefined();
		expect(lost()).toMatchObject({ code: "ERR_LOCK_LOST", details: { owner: "process 4711 on host web-1" } });
		expect(isMigrateError(lost(), "ERR_LOCK_LOST")).toBe(true);
		expect(inspectOwnedLock(path)).toMatchObject({ state: "owned", owner: { pid: 4711 } });
	});
});

linux("the lock of a dead owner", () => {
	it("is free for the next one as soon as its process was killed", async () => {
		const child = start("lock-holder", path);
		const [owner] = await once(child, "message");
		const me = currentOwner();
		expect(acquireOwnedLock(path, me)).toEqual({ state: "owned", owner, liveness: "alive" });
		await kill(child);
		expect(inspectOwnedLock(path)).toMatchObject({ state: "owned", liveness: "dead" });
		expect(acquireOwnedLock(path, me)).toBeUndefined();
		expect(inspectOwnedLock(path)).toEqual({ state: "owned", owner: me, liveness: "alive" });
		expect(readdirSync(folder)).toEqual(["app.db.lock"]);
	});

	it("is left alone while a living process holds the claim to it", () => {
		const dead = deadOwner();
		symlinkSync(formatOwner(dead), path);
		const [other, me] = [currentOwner(), currentOwner()];
		expect(acquireOwnedLock(`${path}.break-${dead.id}`, other)).toBeUndefined();
		expect(acquireOwnedLock(path, me)).toEqual({ state: "owned", owner: dead, liveness: "dead" });
		releaseOwnedLock(`${path}.break-${dead.id}`, other);
		expect(acquireOwnedLock(path, me)).toBeUndefined();
	});

	it("is taken over also when its breaker died with the claim, and that one's breaker too; no claim stays behind", () => {
		const [dead, breaker, second, gone] = [deadOwner(), deadOwner(), deadOwner(), deadOwner()];
		symlinkSync(formatOwner(dead), path);
		symlinkSync(formatOwner(breaker), `${path}.break-${dead.id}`);
		symlinkSync(formatOwner(second), `${path}.break-${dead.id}.break-${breaker.id}`);
		// Claims to locks that are long gone.
		symlinkSync(formatOwner(breaker), `${path}.break-${gone.id}`);
		symlinkSync(formatOwner(second), `${path}.break-${gone.id}.break-${breaker.id}`);
		const me = currentOwner();
		expect(acquireOwnedLock(path, me)).toBeUndefined();
		expect(inspectOwnedLock(path)).toMatchObject({ owner: me });
		expect(readdirSync(folder)).toEqual(["app.db.lock"]);
	});

	it("passes to one of sixteen processes at a time", async () => {
		const rounds = 8;
		symlinkSync(formatOwner(deadOwner()), path);
		writeFileSync(join(folder, "counter"), "0");
		const contenders = Array.from({ length: 16 }, () => start("lock-contender", path, String(rounds)));
		const exits = await Promise.all(contenders.map((child) => once(child, "exit")));
		expect(exits.map(([code]) => code)).toEqual(contenders.map(() => 0));
		expect(readFileSync(join(folder, "counter"), "utf8")).toBe(String(16 * rounds));
		expect(readdirSync(folder).filter((name) => name.includes(".break-"))).toEqual([]);
	});

	it("never has two holders while processes are killed at random moments", async () => {
		writeFileSync(join(folder, "counter"), "0");
		const killed = new Set<string>();
		const contend = async (kills: number): Promise<void> => {
			for (let life = 0; life < kills; life++) {
				const child = start("lock-contender", path, "0");
				const rounds = 1 + Math.floor(Math.random() * 20);
				const failed = once(child, "exit").then(() => Promise.reject(new Error("a contender failed by itself")));
				for (let round = 0; round < rounds; round++) await Promise.race([once(child, "message"), failed]);
				killed.add(String(child.pid));
				await kill(child);
			}
		};
		await Promise.all(Array.from({ length: 4 }, () => contend(4)));

		let inside: string | undefined;
		const lastLine = new Map<string, number>();
		const lines = readFileSync(join(folder, "log"), "utf8").trimEnd().split("\n");
		for (const [index, line] of lines.entries()) lastLine.set(line.split(" ")[1] ?? "", index);
		for (const [index, line] of lines.entries()) {
			const [what, pid] = line.split(" ");
			if (what === "leave") expect(pid).toBe(inside);
			// Whoever was inside has to be a process that was killed there.
			else if (inside !== undefined)
				expect(lastLine.get(inside), `${line}, while ${inside} holds it`).toBeLessThan(index);
			inside = what === "enter" ? pid : undefined;
		}
		expect(killed.size).toBe(16);

		rmSync(path, { force: true });
		symlinkSync(formatOwner(deadOwner()), path);
		expect(acquireOwnedLock(path, currentOwner())).toBeUndefined();
		expect(readdirSync(folder).filter((name) => name.includes(".break-"))).toEqual([]);
	});
});
