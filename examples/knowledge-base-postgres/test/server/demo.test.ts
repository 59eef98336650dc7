import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

it("the demo on PostgreSQL finds everything as expected", () => {
	const program = fileURLToPath(new URL("../../demo.ts", import.meta.url));
	const printed = execFileSync(process.execPath, [program], { encoding: "utf8" });
	expect(printed).toContain("rolled back; the database is at version 8 and not dirty");
	expect(printed.trimEnd()).toMatch(/Everything was as expected\./);
});
