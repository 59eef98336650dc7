import { valueShown } from "../../value-shown.ts";
import { toVersion } from "../../version.ts";
import { assertKnownNames, assertOneOf } from "../arguments.ts";
import type { Goal } from "../plan.ts";

/** Checks what code without types passes. @throws TypeError. MigrateError `ERR_INVALID_VERSION`. */
export function checkedGoal(goal: Goal): Goal {
	assertKnownNames("plan()", goal, ["kind", "limit", "version"]);
	if (goal.kind === undefined)
		throw new TypeError("plan() takes a goal, and no kind is given; known are up, down, redo, version");
	assertOneOf("kind", goal.kind, ["up", "down", "redo", "version"]);
	if (goal.kind === "version") {
		if (typeof goal.version !== "bigint" && typeof goal.version !== "number") {
			throw new TypeError(`the kind version needs version, a bigint or a number, not ${valueShown(goal.version)}`);
		}
		return { ...goal, version: toVersion(goal.version) };
	}
	const { limit } = goal;
	const least = goal.kind === "redo" ? 1 : 0;
	const missing = limit === undefined && goal.kind !== "redo";
	if (!missing && (!Number.isSafeInteger(limit) || Number(limit) < least)) {
		throw new TypeError(`limit must be a whole number of at least ${least}, not ${valueShown(limit)}`);
	}
	return goal;
}
