import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { text } from "node:stream/consumers";
import { memorySource } from "@godwit/core";
import { createTemplate } from "@godwit/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DRAW, type TestFolder, testFolder } from "./migrations.ts";

const FIXTURE = resolve(import.meta.dirname, "fixtures/make-template.ts");

let folder: TestFolder;

beforeEach(() => {
	folder = testFolder();
});

afterEach(() => folder[Symbol.dispose]());

function start(scheme: string, files: Readonly<Record<string, string>>, stop?: string): ChildProcess {
	const args = [folder.cacheFolder, `${scheme}://`, JSON.stringify(files), ...(stop === undefined ? [] : [stop])];
	return fork(FIXTURE, args, { stdio: ["ignore", "pipe", "pipe", "ipc"], execArgv: ["--no-warnings"] });
}

/** @returns What it has printed. */
async function ended(child: ChildProcess): Promise<string> {
	const { stdout, stderr } = child;
	if (stdout === null || stderr === null) throw new Error("the process has no output");
	const [printed, complaint] = await Promise.all([text(stdout), text(stderr), once(child, "close")]);
	expect(complaint).toBe("");
	return printed.trim();
}

/** What is in the folder of the only template. */
function files(): readonly string[] {
	const [name = "", ...others] = readdirSync(folder.cacheFolder);
	expect(others).toEqual([]);
	return readdirSync(join(folder.cacheFolder, name)).sort();
}

describe.each(["sqlite-native", "sqlite-node"])("many processes that want one template, on %s", (scheme) => {
	it("make it once when they start together", async () => {
		const values = await Promise.all(Array.from({ length: 8 }, () => ended(start(scheme, DRAW))));
		expect(values[0]).toMatch(/^[0-9A-F]{32}$/);
		expect(new Set(values).size).toBe(1);
		expect(files()).toEqual(["lock.db", "template.db"]);
	});

	it("go on when the one that makes it is killed, and take nothing of what it has left for whole", async () => {
		const maker = start(scheme, DRAW, "2_draw.up.sql");
		const [message] = await once(maker, "message");
		expect(message).toBe("making");
		const waiting = Array.from({ length: 4 }, () => ended(start(scheme, DRAW)));
		const [unfinished = "", ...others] = files().filter((name) => !name.startsWith("lock.db"));
		expect(unfinished).toMatch(/^making-/);
		expect(others).toEqual([]);
		const [name = ""] = readdirSync(folder.cacheFolder);
		expect(existsSync(join(folder.cacheFolder, name, unfinished, "template.db"))).toBe(true);
		maker.kill("SIGKILL");
		await once(maker, "close");
		const values = [...(await Promise.all(waiting)), await ended(start(scheme, DRAW))];
		expect(values[0]).toMatch(/^[0-9A-F]{32}$/);
		expect(new Set(values).size).toBe(1);
		expect(files()).toEqual(["lock.db", "template.db"]);
	});

	it("are told who makes it when they have waited for as long as they want to", async () => {
		const maker = start(scheme, DRAW, "2_draw.up.sql");
		await once(maker, "message");
		const options = { source: memorySource(DRAW), database: `${scheme}://`, cacheFolder: folder.cacheFolder };
		await expect(createTemplate({ ...options, timeoutMs: 0 })).rejects.toMatchObject({
			code: "ERR_LOCK_TIMEOUT",
			details: { owner: expect.stringContaining(String(maker.pid)) },
		});
		maker.kill("SIGKILL");
		await once(maker, "close");
	});

	it("make two of two sources", async () => {
		const other = { ...DRAW, "3_more.up.sql": "CREATE TABLE more (id INTEGER);" };
		const values = await Promise.all(
			Array.from({ length: 6 }, (_, at) => ended(start(scheme, at % 2 === 0 ? DRAW : other))),
		);
		expect(new Set(values).size).toBe(2);
		expect(readdirSync(folder.cacheFolder)).toHaveLength(2);
	});
});
