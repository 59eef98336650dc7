import { type HistoryEvent, NIL_VERSION, type VersionState } from "@godwit/core";

/** @param history Of the database as it is now. */
export function restoredMessage(
	file: string,
	{ version, dirty }: VersionState,
	history: readonly Pick<HistoryEvent, "op">[],
): string {
	const where = version === NIL_VERSION ? "without any migration" : `at version ${version}`;
	const unrecorded = history.at(-1)?.op === "restore" ? "" : "; no event of this restore is in its history";
	return `restored ${file}; the database is ${where}${dirty ? ", dirty" : ""}${unrecorded}`;
}
