import { MigrateError } from "../migrate-error.ts";
import { NIL_VERSION } from "../version.ts";
import type { VersionState } from "./version-state.ts";

/** The error of a change that starts from another version than the one that the database is at. */
export function versionMoved(expected: VersionState, found: VersionState): MigrateError<"ERR_VERSION_MOVED"> {
	const message = `the database is ${describe(found)}, not ${describe(expected)} as this step expects: something else has written the version meanwhile; look at what it was, and run the command again`;
	return new MigrateError("ERR_VERSION_MOVED", message, { expected: plain(expected), found: plain(found) });
}

function describe({ version, dirty }: VersionState): string {
	const place = version === NIL_VERSION ? "without any migration" : `at version ${version}`;
	return dirty ? `${place} and dirty` : place;
}

function plain({ version, dirty }: VersionState): VersionState {
	return { version, dirty };
}
