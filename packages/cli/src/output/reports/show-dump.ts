import { readFile } from "node:fs/promises";
import { type DumpFormat, type Schema, writeSchema } from "@godwit/core";
import type { Invocation } from "../../command-line/command.ts";
import { CommandError } from "../../command-line/command-error.ts";
import { json } from "../json/json.ts";
import { lineDifferences } from "../text/line-differences.ts";
import { EXIT_FINDINGS } from "./exit-findings.ts";

const MAX_SHOWN = 100;

export interface ShowDump {
	readonly format: DumpFormat;
	/** What `dump` has printed before, to be compared; otherwise the schema is printed. */
	readonly file: string | undefined;
}

/**
 * Prints a schema, or how it differs from a file.
 *
 * @returns The exit code: 0, and 4 for a difference.
 */
export async function showDump(schema: Schema, { format, file }: ShowDump, invocation: Invocation): Promise<number> {
	const text = writeSchema(schema, format);
	if (file !== undefined) return compare({ file, text, empty: schema.objects.length === 0 }, invocation);
	invocation.print(text.trimEnd());
	return 0;
}

interface Compared {
	readonly file: string;
	readonly text: string;
	readonly empty: boolean;
}

/**
 * Compares line by line, whatever the file's line ends. A database that holds nothing is hardly the one meant.
 *
 * @throws CommandError when the file cannot be read.
 */
async function compare(
	{ file, text, empty }: Compared,
	{ line: { is }, terminal: { line }, print }: Invocation,
): Promise<number> {
	const differences = lineDifferences(linesOf(await read(file)), linesOf(text));
	const ok = !empty && differences.length === 0;
	if (is("json")) print(json({ command: "dump", file, ok, empty, differences }));
	if (empty) {
		line("the database holds nothing: run the migrations on it first, or name another one with -database");
		return EXIT_FINDINGS;
	}
	if (ok) return 0;
	for (const { at, sign, text: shown } of differences.slice(0, MAX_SHOWN)) line(`${file}:${at}: ${sign} ${shown}`);
	const more = differences.length - MAX_SHOWN;
	if (more > 0) line(`and ${more} more lines`);
	line(
		`the schema is not as in ${file}: - is only there, + only in the database; write it anew with dump if the database is right`,
	);
	return EXIT_FINDINGS;
}

/** What git makes of line ends, and an editor of the beginning and the end of the file, is no difference. */
function linesOf(text: string): readonly string[] {
	return text
		.replace(/^\uFEFF/, "")
		.trimEnd()
		.split(/\r?\n/);
}

async function read(file: string): Promise<string> {
	try {
		return await readFile(file, "utf8");
	} catch (cause) {
		throw new CommandError(`cannot read ${file}: ${reasonOf(cause as NodeJS.ErrnoException, file)}`, { cause });
	}
}

function reasonOf({ code, message }: NodeJS.ErrnoException, file: string): string {
	switch (code) {
		case "ENOENT":
			return `there is no such file; write it with dump > ${file}`;
		case "EISDIR":
			return "it is a folder; name the file that dump has written";
		default:
			return message;
	}
}
