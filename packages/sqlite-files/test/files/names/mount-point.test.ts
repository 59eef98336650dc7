import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { isMountPoint } from "../../../src/files/names/mount-point.ts";
import { onLinux } from "../../fixtures/linux.ts";

const TABLE = `22 27 0:21 / /proc rw,relatime - proc proc rw
30 27 8:1 /data/app.db /srv/app.db rw,relatime shared:1 - ext4 /dev/sda1 rw
31 27 8:1 /data/b.db /srv/my\\040data\\134b.db rw,relatime - ext4 /dev/sda1 rw
`;

let folder: string;

beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "godwit-mounts-"));
	onTestFinished(() => rmSync(folder, { recursive: true }));
});

describe("isMountPoint", () => {
	it("finds a path among the mounts, also one with spaces and backslashes", () => {
		const table = join(folder, "mountinfo");
		writeFileSync(table, TABLE);
		expect(isMountPoint("/srv/app.db", table)).toBe(true);
		expect(isMountPoint("/srv/my data\\b.db", table)).toBe(true);
		for (const path of ["/data/app.db", "/srv", "/srv/app.db2", "8:1"]) expect(isMountPoint(path, table)).toBe(false);
	});

	it("is false where the system does not show its mounts", () => {
		expect(isMountPoint("/", join(folder, "no such file"))).toBe(false);
	});

	it.runIf(onLinux)("reads the table of this process", () => {
		expect(isMountPoint("/proc")).toBe(true);
		expect(isMountPoint(folder)).toBe(false);
	});
});
