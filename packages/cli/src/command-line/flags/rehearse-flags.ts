import type { RehearseOptions } from "@godwit/core";
import type { CommandLine } from "../read-command-line.ts";
import { UsageError } from "../usage-error.ts";
import type { Flag } from "./flags.ts";

/** How to rehearse, and where the page goes. */
export const rehearseFlags: readonly Flag[] = [
	{
		name: "allow-loss",
		kind: "string",
		value: "TABLE[,TABLE]",
		help: "tables that may lose rows",
	},
	{
		name: "copy-dir",
		kind: "string",
		value: "DIR",
		help: "the folder for the copy of the database (default: that of the database)",
	},
	{ name: "html", kind: "string", value: "FILE", help: "write the rehearsal as a page of its own too" },
];

/** Of a command that runs migrations. */
export const rehearseFirstFlags: readonly Flag[] = [
	{
		name: "rehearse",
		kind: "boolean",
		help: "rehearse on a copy first, under the same lock, and change nothing unless that is clean",
	},
	...rehearseFlags,
];

export interface WantedRehearsal extends RehearseOptions {
	/** Where the page goes; undefined for none. */
	readonly html: string | undefined;
}

/** How a command that runs migrations rehearses them first; undefined when it does not. @throws UsageError */
export function rehearseFirstOf(line: CommandLine): WantedRehearsal | undefined {
	if (line.is("rehearse")) return rehearsalOf(line);
	const flag = rehearseFlags.find(({ name }) => line.value(name) !== undefined);
	if (flag !== undefined) throw new UsageError(`-${flag.name} is about a rehearsal; add -rehearse`);
	return undefined;
}

/** @throws UsageError */
export function rehearsalOf(line: CommandLine): WantedRehearsal {
	const allowLoss = line.value("allow-loss")?.split(",");
	if (allowLoss?.includes("")) {
		throw new UsageError(
			`invalid value "${line.value("allow-loss")}" for flag -allow-loss: a name between two commas is empty`,
		);
	}
	return { allowLoss, directory: line.value("copy-dir"), html: line.value("html") };
}
