import type { MigrationReport } from "@godwit/core";
import { json } from "./json.ts";

/** The last line of an operation that ended well, also when it was stopped. */
export function jsonResult({ from, to, applied, missingSteps, stopped, underWay }: MigrationReport): string {
	const [before, now] = [from, to].map((version) => (version < 0n ? null : version));
	return json({ type: "result", from: before, to: now, applied: applied.length, missingSteps, stopped, underWay });
}
