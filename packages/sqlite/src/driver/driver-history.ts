import type { DriverPrimitives } from "@godwit/core";
import type { ConnectionSession } from "../connection/settings/connection-session.ts";
import { asksNoStore } from "../statements/asks-no-store.ts";
import { meaning } from "../statements/meaning.ts";
import { reachesBeyond } from "../statements/reaches-beyond.ts";
import type { HistoryTable } from "../tables/history-table.ts";
import type { RecordedState } from "../tables/recorded-state.ts";

export interface DriverHistoryOptions {
	readonly session: ConnectionSession;
	readonly history: HistoryTable;
	readonly recorded: RecordedState;
	/** Whether the texts of migrations are kept, of all that do not ask to be left out. */
	readonly keepsTexts: boolean;
}

/** What reads the history of a database, and what SQLite's dialect says of the texts in it. */
export function driverHistory(options: DriverHistoryOptions): NonNullable<DriverPrimitives["history"]> {
	const { session, history, recorded, keepsTexts } = options;
	return {
		keepsText: (text) => keepsTexts && !asksNoStore(text),
		meaning,
		reachesBeyond,
		read: (waiting) => session.read(recorded.history, waiting),
		texts: (id) => session.read(() => history.texts(id), {}),
	};
}
