import { spawnSync } from "node:child_process";
import { chmodSync, chownSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { takeOwnership } from "../../src/copies/file-ownership.ts";
import { asRoot, canUnshare } from "../fixtures/linux.ts";

describe("takeOwnership", () => {
	let folder: string;
	let database: string;
	let made: string;

	beforeEach(() => {
		folder = mkdtempSync(join(tmpdir(), "godwit-ownership-"));
		database = join(folder, "app.db");
		made = join(folder, "made");
		for (const path of [database, made]) writeFileSync(path, "");
		chmodSync(database, 0o640);
		chmodSync(made, 0o600);
	});

	afterEach(() => rmSync(folder, { recursive: true }));

	it("gives a file of the same owner the mode", () => {
		expect(takeOwnership(made, { of: database })).toBe(true);
		expect(statSync(made).mode & 0o777).toBe(0o640);
	});

	it.runIf(asRoot)("gives owner and group", () => {
		chownSync(database, 1234, 2345);
		expect(takeOwnership(made, { of: database })).toBe(true);
		expect(statSync(made)).toMatchObject({ uid: 1234, gid: 2345 });
	});

	it.runIf(asRoot && canUnshare("-r"))(
		"leaves the file to its owner alone where the group is none of the user namespace",
		() => {
			chownSync(database, 0, 1234);
			const program = `
			import { takeOwnership } from ${JSON.stringify(import.meta.resolve("../../src/copies/file-ownership.ts"))};
			console.log(takeOwnership(${JSON.stringify(made)}, { of: ${JSON.stringify(database)} }));
		`;
			const { stdout, stderr } = spawnSync("unshare", ["-r", process.execPath, "--input-type=module", "-e", program], {
				encoding: "utf8",
			});
			expect({ stdout, stderr }).toEqual({ stdout: "false\n", stderr: "" });
			expect(statSync(made).mode & 0o777).toBe(0o600);
		},
	);
});
