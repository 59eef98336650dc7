import type { RehearseOptions } from "./rehearsal-report.ts";

/** @throws TypeError for what code without types passes. */
export function assertRehearseOptions({ directory, allowLoss = [] }: RehearseOptions): void {
	if (directory !== undefined && (typeof directory !== "string" || directory === "")) {
		throw new TypeError(`directory must be the path of a folder, not ${JSON.stringify(directory)}`);
	}
	if (!Array.isArray(allowLoss) || !allowLoss.every((table) => typeof table === "string")) {
		throw new TypeError(`allowLoss must be names of tables, not ${JSON.stringify(allowLoss)}`);
	}
}
