import { spawnSync } from "node:child_process";
import { chmodSync, chownSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { takeGroup, takeOwnership } from "../../src/copies/file-ownership.ts";
import { asRoot, canUnshare } from "../fixtures/linux.ts";

describe("the ownership of another file", () => {
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
		chmodSync(folder, 0o755);
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

	const GROUP = 2345;
	const [OWNER, MEMBER, OTHER_MEMBER, STRANGER] = [1234, 3000, 3001, 3002];

	/** Takes the group as a user who is in some groups. */
	function takeGroupAs(uid: number, groups: readonly number[]): string {
		const program = `
			import { takeGroup, takeOwnership } from ${JSON.stringify(import.meta.resolve("../../src/copies/file-ownership.ts"))};
			process.setgroups(${JSON.stringify(groups)});
			process.setgid(${uid});
			process.setuid(${uid});
			const files = [${JSON.stringify(made)}, { of: ${JSON.stringify(database)} }];
			console.log(takeOwnership(...files), takeGroup(...files));
		`;
		const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", program], {
			encoding: "utf8",
		});
		return stdout + stderr;
	}

	function mayRead(uid: number, gid: number, path: string): boolean {
		return spawnSync("cat", [path], { uid, gid }).status === 0;
	}

	describe.runIf(asRoot)("whose group alone can be taken", () => {
		beforeEach(() => {
			chownSync(database, OWNER, GROUP);
			chownSync(made, MEMBER, MEMBER);
		});

		it.each([0o640, 0o660, 0o644, 0o604])("lets each read what each may read of that, with mode %o", (mode) => {
			chmodSync(database, mode);
			expect(takeGroupAs(MEMBER, [GROUP])).toBe("false true\n");
			expect(statSync(made)).toMatchObject({ uid: MEMBER, gid: GROUP });
			expect(statSync(made).mode & 0o7777).toBe(mode);
			expect(mayRead(OTHER_MEMBER, GROUP, made)).toBe(mayRead(OTHER_MEMBER, GROUP, database));
			expect(mayRead(STRANGER, STRANGER, made)).toBe(mayRead(STRANGER, STRANGER, database));
		});

		it("leaves the bits for set-user-ID and set-group-ID out", () => {
			chmodSync(database, 0o6750);
			expect(takeGroupAs(MEMBER, [GROUP])).toBe("false true\n");
			expect(statSync(made).mode & 0o7777).toBe(0o750);
		});

		it("is left to its owner alone by a user who is no member of the group", () => {
			chmodSync(database, 0o666);
			chownSync(made, STRANGER, STRANGER);
			expect(takeGroupAs(STRANGER, [])).toBe("false false\n");
			expect(statSync(made)).toMatchObject({ uid: STRANGER, gid: STRANGER });
			expect(statSync(made).mode & 0o7777).toBe(0o600);
		});

		it("may be taken by root", () => {
			expect(takeGroup(made, { of: database })).toBe(true);
			expect(statSync(made)).toMatchObject({ uid: MEMBER, gid: GROUP });
		});
	});
});
