import type { MigrationReport } from "@godwit/core";
import { json } from "./json.ts";

/** The last line of an operation that ended well, also when it was stopped. */
export function jsonResult({ from, to, applied, missingSteps, stopped, underWay }: MigrationReport): string {
	return json({ type: "result", from, to, applied: applied.length, missingSteps, stopped, underWay });
}
