import type { Schema } from "../../driver/schema.ts";
import { valueShown } from "../../value-shown.ts";
import { withJson } from "../../with-json.ts";
import { dumpMermaid } from "./dump-mermaid.ts";
import { dumpSql } from "./dump-sql.ts";

/** How a schema is written: as statements, as a JSON document, or as a diagram for Mermaid. */
export type DumpFormat = "sql" | "json" | "mermaid";

export const DUMP_FORMATS: readonly DumpFormat[] = ["sql", "json", "mermaid"];

/** @throws TypeError for code without types. */
export function assertFormat(format: DumpFormat): void {
	if (DUMP_FORMATS.includes(format)) return;
	throw new TypeError(`the format must be ${DUMP_FORMATS.join(" or ")}, not ${valueShown(format)}`);
}

/** Writes a schema as a text that ends with a line end. The same schema gives the same text. */
export function writeSchema(schema: Schema, format: DumpFormat): string {
	switch (format) {
		case "sql":
			return dumpSql(schema);
		case "json":
			return `${JSON.stringify(withJson({ godwit: 1, ...schema }), null, "\t")}\n`;
		case "mermaid":
			return dumpMermaid(schema.tables);
	}
}
