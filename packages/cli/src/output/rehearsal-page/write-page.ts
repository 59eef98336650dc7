import { closeSync, openSync, readSync, writeFileSync } from "node:fs";
import type { RehearsalReport } from "@godwit/core";
import { CommandError } from "../../command-line/command-error.ts";
import { fileFailure } from "../text/file-failure.ts";
import { rehearsalPage } from "./page.ts";

const BEGINNING = "<!doctype html>";

/**
 * Writes the page of a rehearsal. It replaces a page that was there before, and nothing else.
 *
 * @throws CommandError when that cannot be done.
 */
export function writeRehearsalPage(file: string, report: RehearsalReport, database: string): void {
	try {
		if (!mayReplace(file)) throw new CommandError(`${file} is there and is no page; name another file with -html`);
		writeFileSync(file, rehearsalPage(report, database));
	} catch (cause) {
		const advice = "name another file with -html";
		throw fileFailure({ failed: `cannot write the page ${file}`, path: file, access: "write", advice }, cause);
	}
}

function mayReplace(file: string): boolean {
	try {
		const descriptor = openSync(file, "r");
		try {
			const bytes = new Uint8Array(BEGINNING.length);
			const length = readSync(descriptor, bytes, 0, bytes.length, 0);
			return length === 0 || Buffer.from(bytes).toString("latin1").toLowerCase() === BEGINNING;
		} finally {
			closeSync(descriptor);
		}
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === "ENOENT") return true;
		throw error;
	}
}
