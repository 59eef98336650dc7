import { MigrateError, NIL_VERSION, type VersionState } from "@godwit/core";
import type { Row } from "../connection/postgres-connection.ts";
import type { OwnStatement } from "./own-statement.ts";
import type { TableNames } from "./table-names.ts";

/** The version, and the mark that godwit leaves beside it. */
export interface RecordedVersion extends VersionState {
	/** `undefined` without a row, and in a row that another tool has written. */
	readonly stamp: string | undefined;
}

/** golang-migrate's table. It names the columns that it writes, so that a further one stays, and is NULL in its rows. */
export function createVersions({ versions }: TableNames): string {
	return `CREATE TABLE IF NOT EXISTS ${versions} (version bigint NOT NULL PRIMARY KEY, dirty boolean NOT NULL, godwit_stamp text)`;
}

export function addStamp({ versions }: TableNames): string {
	return `ALTER TABLE ${versions} ADD COLUMN IF NOT EXISTS godwit_stamp text`;
}

/** Reads the rows for `recordedVersion`, whatever their types are. */
export function selectVersion({ versions }: TableNames): string {
	return `SELECT to_jsonb(t)->>'version' AS version, to_jsonb(t)->>'dirty' AS dirty, to_jsonb(t)->>'godwit_stamp' AS stamp, pg_typeof(t.version)::text || ', ' || pg_typeof(t.dirty)::text AS types FROM ${versions} AS t LIMIT 2`;
}

const TYPES = /^(?:bigint|integer|smallint), boolean$/;

/** @throws MigrateError `ERR_DATABASE` when the rows are not those of a version table. */
export function recordedVersion({ versions }: TableNames, rows: readonly Row[]): RecordedVersion {
	const [row] = rows;
	if (row === undefined) return { version: NIL_VERSION, dirty: false, stamp: undefined };
	const { version, dirty, stamp, types } = row;
	if (rows.length > 1) throw notOurs(versions, "it holds more than one row");
	if (types === null || types === undefined || !TYPES.test(types)) {
		throw notOurs(versions, `its columns version and dirty are ${types}, and not bigint and boolean`);
	}
	if (version === null || version === undefined || dirty === null || BigInt(version) < NIL_VERSION) {
		throw notOurs(versions, `it holds the version ${version} and the flag ${dirty}`);
	}
	return { version: BigInt(version), dirty: dirty === "true", stamp: stamp ?? undefined };
}

/** What to do about a table that is another tool's. */
export const OWN_TABLE = "keep godwit's own beside it with x-migrations-table=NAME in the database URL";

/** Reports a table that has the name of godwit's and holds something else. */
export function notOurs(table: string, what: string, cause?: unknown): MigrateError<"ERR_DATABASE"> {
	const message = `the table ${table} is not godwit's: ${what}; correct it by hand, or, when it is another tool's, ${OWN_TABLE}`;
	return new MigrateError("ERR_DATABASE", message, {}, cause === undefined ? {} : { cause });
}

/**
 * Replaces the version, as golang-migrate does but for its TRUNCATE, which pg_dump would hold up. It belongs under an
 * EXCLUSIVE lock of the table, which that TRUNCATE waits for.
 */
export function writeVersion(
	{ versions }: TableNames,
	{ version, dirty }: VersionState,
	stamp: string | undefined,
): readonly OwnStatement[] {
	const remove: OwnStatement = { name: "remove_version", sql: () => `DELETE FROM ${versions}` };
	if (version === NIL_VERSION && !dirty) return [remove];
	const columns = stamp === undefined ? "version, dirty" : "version, dirty, godwit_stamp";
	const insert: OwnStatement = {
		name: stamp === undefined ? "add_version" : "add_stamped_version",
		values: [["bigint", version], ["boolean", dirty], ...(stamp === undefined ? [] : [["text", stamp] as const])],
		sql: (values) => `INSERT INTO ${versions} (${columns}) VALUES (${values.join(", ")})`,
	};
	return [remove, insert];
}
