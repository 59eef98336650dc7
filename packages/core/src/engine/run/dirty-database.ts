import { type AppliedState, halfDone } from "../../history/applied-state.ts";
import { MigrateError } from "../../migrate-error.ts";
import { NIL_VERSION } from "../../version.ts";

/** Reports that a migration has left the database dirty. */
export function dirtyDatabase(state: AppliedState): MigrateError<"ERR_DIRTY"> {
	const { version } = halfDone(state);
	const message = describeDirty(state);
	return new MigrateError("ERR_DIRTY", message, { version });
}

/** Says which migration is half done, as far as that is known, and what to do about it. */
export function describeDirty(state: AppliedState): string {
	const { version, direction } = halfDone(state);
	const { version: at, holder } = state.found;
	const what = direction === undefined ? "a migration" : `the ${direction} file of version ${version}`;
	if (holder !== undefined) return `${what} is under way: ${holder} has the migration lock; wait until it is done`;
	const place =
		at === NIL_VERSION ? "dirty before the first migration, which was being reverted" : `dirty at version ${at}`;
	return `the database is ${place}: ${what} failed half-way; ${wayOutOfDirty(state.history !== "none")}`;
}

/** @param history Whether the driver keeps one: `force` would leave no word there of what is below and above. */
export function wayOutOfDirty(history: boolean, what = "it"): string {
	const last = history
		? `say how ${what} ended with repair -dirty applied or repair -dirty reverted`
		: "record the version that it is at with force";
	return `repair the schema by hand, then ${last}`;
}
