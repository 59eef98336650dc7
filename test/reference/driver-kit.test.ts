import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Driver, isMigrateError, openDriver, textBody } from "godwit";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { observe } from "./observe.ts";
import { buildReference, type Reference, startReference } from "./reference.ts";

type Call =
	| readonly ["version" | "lock" | "unlock" | "drop"]
	| readonly ["run", body: string]
	| readonly ["setVersion", version: bigint, dirty: boolean];

/** Go: database/testing, and what follows from it at its edges. packages/conformance asks for much more. */
const KIT: Readonly<Record<string, readonly Call[]>> = {
	TestNilVersion: [["version"]],
	TestLockAndUnlock: [["lock"], ["lock"], ["unlock"], ["lock"], ["unlock"], ["unlock"]],
	TestRun: [
		["run", "CREATE TABLE t (qty INT, name TEXT); INSERT INTO t VALUES (1, 'a;b')"],
		["run", "SELEKT"],
	],
	TestSetVersion: [
		["setVersion", 1n, true],
		["setVersion", 1n, true],
		["setVersion", 2n, false],
		["setVersion", 2n, false],
		["setVersion", -1n, true],
		["setVersion", -1n, false],
		["setVersion", 2n ** 63n - 1n, true],
	],
	TestDrop: [["run", "CREATE TABLE t (a); CREATE INDEX i ON t (a)"], ["setVersion", 3n, false], ["drop"]],
};

interface Result {
	readonly outcome: string;
	readonly version: bigint;
	readonly dirty: boolean;
	readonly schema: unknown;
}

describe.for(["sqlite3", "ncruces-sqlite3"])("golang-migrate's database kit over %s", (scheme) => {
	let folder: string;
	let reference: Reference;
	beforeAll(async () => {
		reference = await startReference((await buildReference()).reference);
	}, 900_000);
	afterAll(() => reference[Symbol.asyncDispose]());
	beforeEach(async () => {
		folder = await mkdtemp(join(tmpdir(), "godwit-kit-"));
	});
	afterEach(() => rm(folder, { recursive: true }));

	async function callGo(call: Call): Promise<Result> {
		const [method, ...args] = call;
		const answer = await (reference[method] as (...args: unknown[]) => ReturnType<Reference["lock"]>)(...args);
		const { version, dirty, schema } = answer;
		// The engine says so where the driver has -1.
		return { outcome: answer.outcome === "nil-version" ? "ok" : answer.outcome, version, dirty, schema };
	}

	async function callGodwit(driver: Driver, call: Call): Promise<Result> {
		const outcome = await perform(driver, call).then(() => "ok", outcomeOf);
		const { schema } = observe(copyOf(join(folder, "godwit.db")));
		const { version, dirty } = await driver.version();
		return { outcome, version, dirty, schema };
	}

	it.for(Object.entries(KIT))("answers %s the same", async ([, calls]) => {
		await reference.open(`file://${folder}`, `${scheme}://${folder}/go.db`);
		await using driver = await openDriver(`${scheme}://${folder}/godwit.db`);
		for (const call of calls) expect(await callGodwit(driver, call), String(call)).toEqual(await callGo(call));
		await reference.close();
	});
});

/** Made by another process: closing the file in this one would drop the locks that the driver holds on it. */
function copyOf(path: string): string {
	const copy = `${path}-copy`;
	if (existsSync(path)) execFileSync("cp", [path, copy]);
	return copy;
}

async function perform(driver: Driver, call: Call): Promise<unknown> {
	switch (call[0]) {
		case "run":
			return driver.run(textBody(call[1]));
		case "setVersion":
			return driver.setVersion({ version: call[1], dirty: call[2] });
		default:
			return driver[call[0]]();
	}
}

function outcomeOf(error: unknown): string {
	if (isMigrateError(error, "ERR_LOCKED")) return "locked";
	if (isMigrateError(error, "ERR_NOT_LOCKED")) return "not-locked";
	if (isMigrateError(error, "ERR_SQL")) return "sql-error";
	throw error;
}
