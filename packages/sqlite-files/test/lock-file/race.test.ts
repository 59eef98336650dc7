import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { LinkKind } from "../../src/lock-file/link.ts";
import { makeLink, newLink } from "../../src/lock-file/link-file.ts";
import { lockFile } from "../../src/lock-file/lock-file.ts";
import { newHolder } from "../../src/owners/holder.ts";
import { type ChildProcesses, childProcesses, message } from "../fixtures/child-processes.ts";
import { canUnshare } from "../fixtures/linux.ts";
import { deadOwner, LIBRARY, memberOf } from "../fixtures/other-owners.ts";

const ROUNDS = 200;

let folder: string;
let databasePath: string;
let children: ChildProcesses;

beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "godwit-race-"));
	databasePath = join(folder, "app.db");
	children = childProcesses();
});

afterEach(async () => {
	await children[Symbol.asyncDispose]();
	rmSync(folder, { recursive: true });
});

function leaveDeadLink(kind: LinkKind): void {
	const owner = deadOwner();
	makeLink(`${databasePath}.lock`, newLink(kind, owner, [memberOf(owner)], []));
}

/** Lets processes that wait for it race to their ends. */
async function race(rivals: readonly ChildProcess[]): Promise<void> {
	await Promise.all(rivals.map((child) => message(child)));
	for (const child of rivals) child.send("go");
	const exits = await Promise.all(rivals.map((child) => once(child, "exit")));
	expect(exits.map(([code]) => code)).toEqual(rivals.map(() => 0));
}

type Turn = { readonly what: string; readonly pid: string; readonly kind: string };

function turns(): readonly Turn[] {
	const lines = readFileSync(join(folder, "log"), "utf8").trimEnd().split("\n");
	return lines.map((line) => {
		const [what = "", pid = "", kind = ""] = line.split(" ");
		return { what, pid, kind };
	});
}

describe("a lock that processes race for", () => {
	it.each<readonly LinkKind[]>([
		["native", "native", "native", "native"],
		["wasm", "wasm", "wasm", "wasm"],
		["native", "wasm", "native", "wasm"],
	])("is held by one at a time, and nothing is left of it: %s, %s, %s and %s", async (...kinds) => {
		await race(kinds.map((kind) => children.start("lock-contender", databasePath, kind, String(ROUNDS))));
		const all = turns();
		expect(all).toHaveLength(2 * ROUNDS * kinds.length);
		for (let at = 0; at < all.length; at += 2) {
			expect(all[at]).toMatchObject({ what: "enter" });
			expect(all[at + 1]).toEqual({ ...all[at], what: "leave" });
		}
		expect(readdirSync(folder)).toEqual(["log"]);
	});

	it.each<LinkKind>(["native", "wasm"])("passes to one of eight at a time from a dead %s holder", async (left) => {
		leaveDeadLink(left);
		const kindOf = (at: number): LinkKind => (at % 2 === 0 ? "native" : "wasm");
		await race(Array.from({ length: 8 }, (_, at) => children.start("lock-contender", databasePath, kindOf(at), "1")));
		const all = turns();
		expect(all).toHaveLength(16);
		for (let at = 0; at < all.length; at += 2) expect(all[at + 1]).toEqual({ ...all[at], what: "leave" });
		expect(readdirSync(folder)).toEqual(["log"]);
	});

	it("never has two holders while processes are killed at random moments", async () => {
		const killed = new Set<string>();
		async function contend(kind: LinkKind): Promise<void> {
			for (let life = 0; life < 4; life++) {
				const child = children.start("lock-contender", databasePath, kind, "0");
				const failed = once(child, "exit").then(() => Promise.reject(new Error("a contender failed by itself")));
				await Promise.race([message(child), failed]);
				child.send("go");
				const rounds = 1 + Math.floor(Math.random() * 20);
				for (let round = 0; round < rounds; round++) await Promise.race([message(child), failed]);
				failed.catch(() => {});
				killed.add(String(child.pid));
				await children.kill(child);
			}
		}
		await Promise.all((["native", "wasm", "native", "wasm"] as const).map(contend));
		expect(killed.size).toBe(16);

		let inside: string | undefined;
		const all = turns();
		const last = new Map(all.map(({ pid }, index) => [pid, index]));
		for (const [index, { what, pid }] of all.entries()) {
			if (what === "leave") expect(pid).toBe(inside);
			// Whoever was inside has to be a process that was killed there.
			else if (inside !== undefined)
				expect(last.get(inside), `turn ${index}: ${pid} beside ${inside}`).toBeLessThan(index);
			inside = what === "enter" ? pid : undefined;
		}

		const lock = lockFile({ databasePath, kind: "wasm", holder: newHolder(), library: LIBRARY, leaseMs: 60_000 });
		if (!readdirSync(folder).includes("app.db.lock")) leaveDeadLink("wasm");
		lock.enter();
		expect(lock.leave(() => true)).toBe(true);
		expect(readdirSync(folder)).toEqual(["log"]);
	});

	it.runIf(canUnshare("--pid", "--fork", "--mount-proc"))(
		"is never a wasm holder's and another's at once where native holders cannot check each other",
		async () => {
			const places: readonly (readonly [LinkKind, readonly string[]])[] = [
				["native", ["env"]],
				["native", ["unshare", "--pid", "--fork", "--mount-proc"]],
				["wasm", ["env"]],
			];
			await race(
				places.map(([kind, command]) =>
					children.startBy(command, "lock-contender", databasePath, kind, String(ROUNDS)),
				),
			);
			const inside = new Map<string, string>();
			for (const { what, pid, kind } of turns()) {
				const name = `${pid} ${kind}`;
				if (what === "leave") inside.delete(name);
				else inside.set(name, kind);
				if ([...inside.values()].includes("wasm")) expect([...inside.keys()]).toHaveLength(1);
			}
			expect(readdirSync(folder)).toEqual(["log"]);
		},
	);
});
