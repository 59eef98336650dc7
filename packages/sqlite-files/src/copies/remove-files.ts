import { lstatSync, rmSync } from "node:fs";
import { suppress } from "@godwit/core";
import { codeOf } from "./copy-failure.ts";

/** Deletes those of these files and folders that exist. A failure with one keeps none of the others. */
export function removeFiles(paths: readonly string[]): void {
	const failures: unknown[] = [];
	for (const path of paths) {
		try {
			if (mayExist(path)) rmSync(path, { force: true, recursive: true });
		} catch (error) {
			failures.push(error);
		}
	}
	if (failures.length > 0) throw failures.reduce((first, later) => suppress(first, later));
}

/** No file has a name that is too long; `rmSync` fails with an error of its own then. */
function mayExist(path: string): boolean {
	try {
		return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
	} catch (error) {
		return codeOf(error) !== "ENAMETOOLONG";
	}
}

/** Deletes files after a failure. @returns What to throw: the failure, together with that of the deletion if there was one. */
export function removeFilesAfter(failure: unknown, paths: readonly string[]): unknown {
	try {
		removeFiles(paths);
		return failure;
	} catch (later) {
		return suppress(failure, later);
	}
}
