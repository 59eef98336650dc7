import type { FoundVersion, HistoryHead, RecordedHistory } from "@godwit/core";
import type { SqliteConnection } from "../connection/sqlite-connection.ts";
import { readAtOnce } from "../connection/transaction.ts";
import type { HistoryTable } from "./history-table.ts";
import type { VersionTable } from "./version-table.ts";

/** Reads version and history as they are in one moment, whoever writes meanwhile. */
export interface RecordedState {
	version(): FoundVersion;
	/** Where no history is kept, this fails. */
	history(): RecordedHistory;
}

export function recordedState(
	connection: SqliteConnection,
	versions: VersionTable,
	history: HistoryTable | undefined,
): RecordedState {
	function head(table: HistoryTable): HistoryHead {
		const last = table.last();
		return { stamp: last === undefined ? undefined : versions.stamp(), last };
	}

	return {
		version() {
			return readAtOnce(connection, () => {
				const found = versions.read();
				return history === undefined ? found : { ...found, head: head(history) };
			});
		},
		history() {
			if (history === undefined) throw new TypeError("no history is kept here");
			return readAtOnce(connection, () => ({ ...versions.read(), head: head(history), events: history.read() }));
		},
	};
}
