import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { User } from "./user.ts";

/** Makes a driver with `npm create`, and uses it in the command, which has its own copy of `@godwit/core` in its bundle. */
export function makeDriver({ folder, run }: User): void {
	run("npm", "create", "--yes", "godwit-driver", "birds");
	const driver = join(folder, "godwit-driver-birds");
	run("npm", "--prefix", driver, "install");
	run("npm", "--prefix", driver, "test");
	// npm links a folder, and what it links is not built.
	run("npm", "--prefix", driver, "run", "build");

	mkdirSync(join(folder, "migrations"));
	writeFileSync(join(folder, "migrations/1_create_birds.up.sql"), "CREATE TABLE birds (id INTEGER PRIMARY KEY);\n");
	run("npm", "install", "godwit", "./godwit-driver-birds");
	assert.match(run("godwit", "help"), /^Databases of .+package\.json: birds \(godwit-driver-birds\)$/m);
	const birds = ["-database", "birds://birds.db"];
	run("godwit", ...birds, "up");
	assert.equal(run("godwit", ...birds, "version"), "1\n");
	assert.equal(run("godwit", ...birds, "unlock", "-f"), "");
}
