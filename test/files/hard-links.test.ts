import { linkSync, unlinkSync } from "node:fs";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { BACKENDS } from "./backends.ts";
import { accountValues, allAccounts, CREATE_ACCOUNTS, changeAccounts, createPlace, exec, type Place } from "./place.ts";
import { runOnce } from "./runner.ts";

let place: Place;

beforeEach(() => {
	place = createPlace();
	onTestFinished(() => place[Symbol.dispose]());
	exec(place.path, CREATE_ACCOUNTS);
	linkSync(place.path, place.of("second.db"));
});

describe.each(BACKENDS)("a file with two names on %s", (backend) => {
	it("is not migrated, under either name, until one of them has gone", async () => {
		for (const name of ["app.db", "second.db"]) {
			const run = { backend, path: place.of(name), files: { "1_change.up.sql": changeAccounts() } };
			expect(await runOnce(run)).toMatchObject({
				code: "ERR_DATABASE",
				message: expect.stringContaining(`${name} has 2 names (hard links)`),
			});
		}
		expect(place.files()).toEqual(["app.db", "second.db"]);
		expect(accountValues(place.path)).toEqual(allAccounts(1));
		unlinkSync(place.of("second.db"));
		const files = { "1_change.up.sql": changeAccounts() };
		expect(await runOnce({ backend, path: place.path, files })).toMatchObject({ applied: 1 });
	});

	it("is not attached", async () => {
		const files = { "1_attach.up.sql": `ATTACH '${place.path}' AS o; ${changeAccounts("o")}` };
		expect(await runOnce({ backend, path: place.of("main.db"), files })).toMatchObject({
			code: "ERR_DATABASE",
			message: expect.stringContaining("app.db has 2 names (hard links)"),
		});
		expect(accountValues(place.path)).toEqual(allAccounts(1));
		expect(place.files()).toEqual(["app.db", "main.db", "second.db"]);
	});
});
