import {
	type HistoryEvent,
	type LockState,
	MigrateError,
	NIL_VERSION,
	type VersionChange,
	type VersionState,
} from "@godwit/core";
import { rowsOf } from "../connection/query-rows.ts";
import type { Connected } from "../connection/session.ts";
import type { PostgresConfig } from "../url/postgres-config.ts";
import { insertEvents } from "./history-table.ts";
import { noteStep } from "./lock-row.ts";
import type { OwnState } from "./own-state.ts";
import { recordedVersion, selectVersion, writeVersion } from "./version-table.ts";

export interface VersionRecorderOptions {
	readonly config: PostgresConfig;
	readonly state: LockState;
}

/** Returns a function that gives the last statements of a transaction that changes the version. */
export function versionRecorder({
	config,
	state,
}: VersionRecorderOptions): (connected: Connected, change: VersionChange, now: OwnState) => Promise<readonly string[]> {
	const withHistory = config.history !== "off";
	return async ({ connection, names, statements: own }, { version, dirty, token, events }, { triggered }) => {
		const made = withHistory ? (events?.() ?? []) : [];
		// A trigger may do anything, also to what the session keeps.
		if (triggered) own.forget();
		const stamp = stampOf({ version, dirty }, made);
		const statements = [
			...writeVersion(names, { version, dirty }, stamp),
			...(made.length > 0 ? [insertEvents(names, made, stamp, config.history === "full")] : []),
			...(state.held ? [noteStep(names, token, config.lockLeaseMs)] : []),
		].map(own.write);
		if (!triggered) return statements;
		const results = await connection.send([...statements, selectVersion(names)].join("; "));
		const written = recordedVersion(names, rowsOf(results.slice(-1)));
		if (written.version === version && written.dirty === dirty) return [];
		const message = `the table ${names.versions} does not keep the version that is written to it; look for a trigger or a rule on it`;
		throw new MigrateError("ERR_DATABASE", message, {});
	};
}

/** A database without any migration has no row that could have it. */
function stampOf({ version, dirty }: VersionState, events: readonly HistoryEvent[]): string | undefined {
	return version === NIL_VERSION && !dirty ? undefined : events.at(-1)?.at;
}
