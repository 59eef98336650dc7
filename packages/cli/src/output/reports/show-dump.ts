import { compareSchema, type DumpFormat, type Schema, type SchemaComparison, writeSchema } from "@godwit/core";
import type { Invocation } from "../../command-line/command.ts";
import { json } from "../json/json.ts";
import { EXIT_FINDINGS } from "./exit-findings.ts";
import { readSchemaFile } from "./read-schema-file.ts";

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
	if (file !== undefined) {
		return showComparison(file, compareSchema(schema, await readSchemaFile(file), format), invocation);
	}
	invocation.printData(writeSchema(schema, format).trimEnd());
	return 0;
}

function showComparison(
	file: string,
	{ ok, empty, differences }: SchemaComparison,
	{ line: { is }, terminal: { line }, printData }: Invocation,
): number {
	if (is("json")) printData(json({ command: "dump", file, ok, empty, differences }));
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
