import { parseGoDuration } from "@godwit/sql";
import type { CommandLine } from "../command-line/read-command-line.ts";

/** How long `-wait` says to wait for the database's server, in milliseconds; undefined without it. */
export function waitOf(line: CommandLine): number | undefined {
	const wait = line.value("wait");
	return wait === undefined ? undefined : parseGoDuration(wait);
}
