import type { Schema } from "../../driver/schema.ts";
import { NIL_VERSION } from "../../version.ts";

/** Writes the statements that make a schema. A comment at the end, where it is no directive, tells the version. */
export function dumpSql({ objects, version, dirty }: Schema): string {
	const statements = objects.map(({ sql }) => `${sql};\n`);
	const at = version === NIL_VERSION ? "none" : String(version);
	return [...statements, `-- godwit: version ${at}${dirty ? ", dirty" : ""}\n`].join("\n");
}
