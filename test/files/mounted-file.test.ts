import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { asRoot, canUnshare } from "../../packages/sqlite-files/test/fixtures/linux.ts";
import { BACKENDS, PAIRS } from "./backends.ts";
import { killRun } from "./killed-run.ts";
import { accountValues, allAccounts, CREATE_ACCOUNTS, createPlace, exec, type Place } from "./place.ts";
import { runOnce } from "./runner.ts";

/** Whether this user may mount a file. */
const canMount = asRoot && canUnshare("--mount");

const FILES = { "1_b.up.sql": "CREATE TABLE b (x);" };

let place: Place;
/** The database under its second name, in a folder of its own. */
let mounted: string;

beforeEach(() => {
	place = createPlace();
	onTestFinished(() => place[Symbol.dispose]());
	exec(place.path, CREATE_ACCOUNTS);
	mkdirSync(place.of("my container"));
	mounted = place.of("my container", "app.db");
	writeFileSync(mounted, "");
});

function mount(): void {
	execFileSync("mount", ["--bind", place.path, mounted]);
	onTestFinished(() => void execFileSync("umount", [mounted]));
}

const REFUSED = {
	code: "ERR_DATABASE",
	message: expect.stringMatching(/app\.db is a file that is mounted by itself.*; mount the folder that it lies in/),
};

describe.runIf(canMount)("a file that is mounted by itself", () => {
	it.each(PAIRS)("is not migrated after a killed run on %s under its other name, on %s", async (first, second) => {
		mount();
		await killRun(first, place.path);
		expect(await runOnce({ backend: second, path: mounted, files: FILES, lockTimeoutMs: 500 })).toMatchObject(REFUSED);
		expect(readdirSync(place.of("my container"))).toEqual(["app.db"]);
		expect(await runOnce({ backend: second, path: place.path, files: FILES })).toMatchObject({ applied: 1 });
		expect(accountValues(place.path)).toEqual(allAccounts(1));
	});

	it.each(BACKENDS)("is not attached on %s", async (backend) => {
		mount();
		const files = { "1_attach.up.sql": `ATTACH '${mounted}' AS o; DELETE FROM o.accounts;` };
		expect(await runOnce({ backend, path: place.of("main.db"), files })).toMatchObject(REFUSED);
		expect(accountValues(place.path)).toEqual(allAccounts(1));
	});

	it("is migrated where its folder is mounted", async () => {
		const folder = place.of("my container");
		exec(mounted, CREATE_ACCOUNTS);
		mkdirSync(place.of("b"));
		execFileSync("mount", ["--bind", folder, place.of("b")]);
		onTestFinished(() => void execFileSync("umount", [place.of("b")]));
		const path = place.of("b", "app.db");
		expect(await runOnce({ backend: "sqlite-native", path, files: FILES })).toMatchObject({ applied: 1 });
	});
});
