import { MigrateError } from "./migrate-error.ts";
import { valueShown } from "./value-shown.ts";

/**
 * The number of a migration, and of the state a database is in after it.
 *
 * 64 bits signed, because that is what SQLite and most databases store, and because
 * file names made from nanoseconds pass 2^53.
 */
export type Version = bigint;

/** The version of a database without any migration. Go: database.NilVersion. */
export const NIL_VERSION: Version = -1n;

/** The largest version: 2^63-1. Go takes 2^64-1, which a signed column cannot hold. */
export const MAX_VERSION: Version = 2n ** 63n - 1n;

/**
 * Turns what a caller passes into a version.
 *
 * @throws MigrateError `ERR_INVALID_VERSION` for a number that is not a safe integer and for
 *   anything outside -1 to 2^63-1.
 */
export function toVersion(value: bigint | number): Version {
	const exact = typeof value === "bigint" || Number.isSafeInteger(value);
	const version = exact ? BigInt(value) : undefined;
	if (version === undefined || version < NIL_VERSION || version > MAX_VERSION) {
		const advice = typeof value === "bigint" ? "" : "; pass versions above 2^53 as bigint";
		throw new MigrateError(
			"ERR_INVALID_VERSION",
			`version ${valueShown(value)} is not a whole number from -1 to ${MAX_VERSION}${advice}`,
			{ version: valueShown(value) },
		);
	}
	return version;
}

/** Orders versions, ascending. */
export function compareVersions(a: Version, b: Version): number {
	return a < b ? -1 : a > b ? 1 : 0;
}
