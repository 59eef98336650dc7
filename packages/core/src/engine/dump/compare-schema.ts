import type { Schema } from "../../driver/schema.ts";
import { type LineDifference, lineDifferences } from "./line-differences.ts";
import { type DumpFormat, writeSchema } from "./write-schema.ts";

/** How a schema differs from a text that was written of one before. */
export interface SchemaComparison {
	/** Whether they are the same. A schema that holds nothing is never as in the text, since it is hardly the one meant. */
	readonly ok: boolean;
	/** Whether the schema holds nothing. */
	readonly empty: boolean;
	/** The first text is the one that is given. */
	readonly differences: readonly LineDifference[];
}

/** Compares a schema, line by line, with a text that `writeSchema` has written, whatever its line ends and its byte order mark. */
export function compareSchema(schema: Schema, text: string, format: DumpFormat = "sql"): SchemaComparison {
	const empty = schema.objects.length === 0;
	const differences = lineDifferences(linesOf(text), linesOf(writeSchema(schema, format)));
	return { ok: !empty && differences.length === 0, empty, differences };
}

/** What git makes of line ends, and an editor of the beginning and the end of the file, is no difference. */
function linesOf(text: string): readonly string[] {
	return text
		.replace(/^\uFEFF/, "")
		.trimEnd()
		.split(/\r?\n/);
}
