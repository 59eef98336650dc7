import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inject } from "vitest";
import { type ProgramOutput, runProgram } from "./run-program.ts";
import type { Runtime } from "./runtimes.ts";

/** The folder in which the packages are installed. */
export const installed: string = inject("installed");

/** A folder for one test, in which the packages are installed, with a migration. */
export function emptyFolder(): string {
	const folder = mkdtempSync(join(installed, "folder-"));
	mkdirSync(join(folder, "migrations"));
	writeFileSync(join(folder, "migrations/1_notes.up.sql"), "CREATE TABLE notes (id INTEGER PRIMARY KEY);\n");
	writeFileSync(join(folder, "migrations/1_notes.down.sql"), "DROP TABLE notes;\n");
	return folder;
}

/** Runs the installed command in a runtime. */
export function godwit(
	runtime: Runtime,
	cwd: string,
	database: string,
	...args: readonly string[]
): Promise<ProgramOutput> {
	const bin = join(installed, "node_modules/godwit/bin/godwit.cjs");
	return runProgram(runtime, [bin, "-path", "migrations", "-database", database, ...args], { cwd });
}
