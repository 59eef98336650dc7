import type { Diagnosis } from "@godwit/core";
import type { Invocation } from "../../command-line/command.ts";
import { json } from "../json/json.ts";
import { printable, printableLine } from "../text/printable.ts";
import { EXIT_FINDINGS } from "./exit-findings.ts";

/**
 * Prints what the examination of a database has found.
 *
 * @returns The exit code: 0, and 4 for an error or a warning.
 */
export function showDiagnoses(diagnoses: readonly Diagnosis[], { line, print, printData }: Invocation): number {
	const ok = diagnoses.every(({ level }) => level === "note");
	if (line.is("json")) printData(json({ command: "doctor", ok, diagnoses }));
	else {
		for (const { level, message, sql } of diagnoses) {
			print(printableLine(`${level}: ${message}`));
			if (sql !== undefined) printData(printable(sql.replace(/^/gm, "    ")));
		}
		const isWhole = diagnoses.every(({ kind }) => kind !== "not-examined");
		const limits = isWhole ? "" : ", as far as it can be examined here";
		// A database that is dirty, or locked, is none that is damaged.
		if (ok) print(`nothing is wrong with the database itself${limits}; status tells of its migrations`);
	}
	return ok ? 0 : EXIT_FINDINGS;
}
