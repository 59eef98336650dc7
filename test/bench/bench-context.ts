import { existsSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";

/** Where everything is that a workload needs. */
export interface BenchContext {
	/** For databases and migrations; what it lies on is part of the result. */
	readonly folder: string;
	/** godwit as a user has it: compiled, packed, installed. `main` is the library, `bin` the command, `modules` the folder of all packages. */
	readonly godwit: { readonly main: string; readonly bin: string; readonly modules: string };
	/** golang-migrate in a program of ours, with three drivers, and its own command. */
	readonly reference: string;
	readonly migrate: string;
	readonly goose: string;
	readonly dbmate: string;
	readonly quick: boolean;
	/** Millions of bytes in workload d. */
	readonly megabytes: number;
	/** Rows in workload e. */
	readonly rows: number;
	/** Disposed of when the workload has been measured. */
	readonly resources: AsyncDisposableStack;
}

/** Makes an empty folder. */
export function emptyFolder(context: BenchContext, name: string): string {
	const path = join(context.folder, name);
	rmSync(path, { recursive: true, force: true });
	mkdirSync(path, { recursive: true });
	return path;
}

/** The path of a database that does not exist yet. */
export function newDatabase(context: BenchContext, name: string): string {
	const path = join(context.folder, `${name.replaceAll(/[^a-z0-9]+/gi, "-")}.db`);
	for (const suffix of ["", "-journal", "-wal", "-shm", ".lock"])
		rmSync(path + suffix, { recursive: true, force: true });
	return path;
}

/** golang-migrate leaves no trace of a migration that did nothing, so a result is checked, not assumed. */
export function assertExists(path: string): void {
	if (!existsSync(path)) throw new Error(`${path} was not made`);
}
