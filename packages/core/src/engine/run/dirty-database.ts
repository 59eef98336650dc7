import { type AppliedState, halfDone } from "../../history/applied-state.ts";
import { MigrateError } from "../../migrate-error.ts";
import { NIL_VERSION } from "../../version.ts";

/** Reports that a migration has left the database dirty. */
export function dirtyDatabase(state: AppliedState): MigrateError<"ERR_DIRTY"> {
	const { version } = halfDone(state);
	const message = `${describeDirty(state)}; ${wayOutOfDirty(state.history !== "none")}`;
	return new MigrateError("ERR_DIRTY", message, { version });
}

/** Says which migration is half done, as far as that is known. */
export function describeDirty(state: AppliedState): string {
	const { version, direction } = halfDone(state);
	const at = state.found.version;
	const place =
		at === NIL_VERSION ? "dirty before the first migration, which was being reverted" : `dirty at version ${at}`;
	const what = direction === undefined ? "a migration" : `the ${direction} file of version ${version}`;
	return `the database is ${place}: ${what} failed half-way`;
}

/** @param history Whether the driver keeps one: `force` would leave no word there of what is below and above. */
export function wayOutOfDirty(history: boolean, what = "it"): string {
	const last = history
		? `say how ${what} ended with repair -dirty applied or repair -dirty reverted`
		: "record the version that it is at with force";
	return `repair the schema by hand, then ${last}`;
}
