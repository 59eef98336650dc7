import { valueShown } from "../../value-shown.ts";
import { assertKnownNames } from "../arguments.ts";
import type { RehearseOptions } from "./rehearsal-report.ts";

/** @throws TypeError for what code without types passes. */
export function assertRehearseOptions(options: RehearseOptions): void {
	assertKnownNames("a rehearsal", options, ["directory", "allowLoss"]);
	const { directory, allowLoss = [] } = options;
	if (directory !== undefined && (typeof directory !== "string" || directory === "")) {
		throw new TypeError(`directory must be the path of a folder, not ${valueShown(directory)}`);
	}
	if (!Array.isArray(allowLoss) || !allowLoss.every((table) => typeof table === "string")) {
		throw new TypeError(`allowLoss must be names of tables, not ${valueShown(allowLoss)}`);
	}
}
