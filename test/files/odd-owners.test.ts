import { readlinkSync, symlinkSync } from "node:fs";
import { textBody } from "@godwit/core";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { BACKENDS, factoryOf } from "./backends.ts";
import { createPlace, exec, type Place, query } from "./place.ts";
import { runOnce } from "./runner.ts";

const FILES = { "1_a.up.sql": "CREATE TABLE a (x);", "2_b.up.sql": "CREATE TABLE b (x);" };
/** Of a pid that no system has. */
const IMPOSSIBLE = (2 ** 31).toString(36);

let place: Place;

beforeEach(() => {
	place = createPlace();
	onTestFinished(() => place[Symbol.dispose]());
});

describe.each(BACKENDS)("%s", (backend) => {
	/** What a driver writes for its owner, with another pid. */
	async function ownerWithPid(pid: string): Promise<{ readonly link: string; readonly row: string }> {
		await using driver = await factoryOf(backend).open(`${backend}://${place.path}`);
		await driver.lock();
		const change = (text: string): string => text.replace(/(~[0-9a-z]+~[0-9a-z]+~)[0-9a-z]+(~)/, `$1${pid}$2`);
		const link = change(readlinkSync(`${place.path}.lock`));
		await driver.run(textBody("CREATE TABLE held AS SELECT owner FROM schema_migrations_lock"));
		await driver.unlock();
		const [[owner]] = query(place.path, "SELECT owner FROM held") as [[string]];
		return { link, row: change(owner) };
	}

	it("takes a lock beside the file that names an impossible process for another program's, and says so", async () => {
		const { link } = await ownerWithPid(IMPOSSIBLE);
		expect(link).toContain(`~${IMPOSSIBLE}~`);
		symlinkSync(link, `${place.path}.lock`);
		const run = { backend, path: place.path, files: FILES, options: "x-busy-timeout=1ms", lockTimeoutMs: 0 };
		expect(await runOnce(run)).toMatchObject({ code: "ERR_BUSY", message: expect.stringContaining('"godwit unlock"') });
		const url = `${backend}://${place.path}`;
		expect(await factoryOf(backend).breakLocks(url, async () => true)).toBe(1);
		expect(await runOnce(run)).toMatchObject({ applied: 2 });
	});

	it.each([
		["an impossible process", async () => (await ownerWithPid(IMPOSSIBLE)).row],
		["the process 0", async () => (await ownerWithPid("0")).row],
		["no process at all", async () => '{"host":"h","pid":1}'],
	])("waits for the lease of a lock row that names %s", async (_, ownerOf) => {
		await runOnce({ backend, path: place.path, files: FILES, limit: 1 });
		const owner = await ownerOf();
		const steal = (expires: string): void =>
			exec(
				place.path,
				`UPDATE schema_migrations_lock SET locked = TRUE, owner = '${owner}', expires_at = '${expires}'`,
			);
		steal("2099-01-01T00:00:00.000Z");
		const run = { backend, path: place.path, files: FILES, lockTimeoutMs: 0 };
		expect(await runOnce(run)).toMatchObject({
			code: "ERR_LOCK_TIMEOUT",
			message: expect.stringContaining("its lease ends at 2099-01-01T00:00:00.000Z"),
		});
		steal("2000-01-01T00:00:00.000Z");
		expect(await runOnce(run)).toMatchObject({ applied: 1 });
	});

	it("shows no control character of a lock row", async () => {
		await runOnce({ backend, path: place.path, files: FILES, limit: 1 });
		const row = "locked = TRUE, owner = char(27) || '[2Jevil', expires_at = '2099-01-01T00:00:00.000Z'";
		exec(place.path, `UPDATE schema_migrations_lock SET ${row}`);
		const { message } = await runOnce({ backend, path: place.path, files: FILES, lockTimeoutMs: 0 });
		expect(message).toContain("held by \\u001b[2Jevil");
		expect(message).not.toMatch(/\p{Cc}/u);
	});
});
