import { cleanUpAfter } from "../clean-up-after.ts";
import type { Driver, LockOptions } from "../driver/driver.ts";
import { unsupported } from "../driver/unsupported.ts";
import { readAppliedState } from "../history/applied-state.ts";
import { versionDigest } from "../history/digest.ts";
import { signed } from "../history/recorder.ts";
import { MigrateError } from "../migrate-error.ts";
import type { Source } from "../source/source.ts";
import { NIL_VERSION, type Version } from "../version.ts";
import { versionNotFound } from "./plan.ts";
import { callerCalls } from "./run/calls/caller-calls.ts";
import { carryOut } from "./run/carry-out.ts";
import { recordOnce } from "./run/change-once.ts";
import { dirtyDatabase } from "./run/dirty-database.ts";
import { preparedWay } from "./run/preparation/prepare.ts";
import { newToken } from "./token.ts";

export interface BaselineOptions {
	/** Records the version whatever the database holds. Default false. */
	readonly force?: boolean;
}

interface PreparedBaselineOptions extends BaselineOptions {
	/** For what reads without the lock. */
	readonly waiting: LockOptions;
}

/**
 * Prepares to record that a database without a version has what the migrations up to a version make. Nothing runs on it. Reads only,
 * without the lock.
 *
 * @returns What records it, under the lock; it refuses once more.
 * @throws MigrateError `ERR_BASELINE` when its structure is another one; `ERR_REPAIR` when it has a version;
 *   `ERR_VERSION_NOT_FOUND`; `ERR_DIRTY`; `ERR_UNSUPPORTED`; what the migrations fail with on an empty database.
 */
export async function preparedBaseline(
	source: Source,
	driver: Driver,
	version: Version,
	{ force = false, waiting }: PreparedBaselineOptions,
): Promise<() => Promise<void>> {
	const versions = await source.versions();
	if (!versions.includes(version)) throw versionNotFound(versions, version, `cannot begin at version ${version}`);
	await assertNoVersion(driver, versions, version, waiting);
	const assertStructure = force ? undefined : await structureAssertion(source, driver, version);
	await assertStructure?.(waiting);
	return async () => {
		await assertNoVersion(driver, versions, version);
		await assertStructure?.();
		const digest = String(versionDigest(versions.filter((known) => known <= version)));
		const events =
			driver.history && (() => [{ op: "baseline", version, target: version, ...signed(), digest } as const]);
		const from = { version: NIL_VERSION, dirty: false };
		await recordOnce(driver, { version, dirty: false, from, token: newToken(), events });
	};
}

async function assertNoVersion(
	driver: Driver,
	versions: readonly Version[],
	version: Version,
	waiting?: LockOptions,
): Promise<void> {
	const state = await readAppliedState({ driver, versions, whole: false, waiting });
	const { found } = state;
	if (found.dirty) throw dirtyDatabase(state);
	if (found.version === NIL_VERSION) return;
	const message = `the database is at version ${found.version} already; force records another one`;
	throw new MigrateError("ERR_REPAIR", message, { version });
}

/** Runs the migrations on an empty database. @returns What compares the database with it, each time that it is called. */
async function structureAssertion(
	source: Source,
	driver: Driver,
	version: Version,
): Promise<(waiting?: LockOptions) => Promise<void>> {
	const { structure, scratch } = driver;
	if (structure === undefined || scratch === undefined) throw unsupported(driver, "structure");
	const wanted = new Set(await structureAt(source, await scratch(), version));
	return async (waiting) => assertSame(version, wanted, new Set(await structure(waiting)));
}

function assertSame(version: Version, wanted: ReadonlySet<string>, there: ReadonlySet<string>): void {
	const missing = [...wanted].filter((line) => !there.has(line));
	const extra = [...there].filter((line) => !wanted.has(line));
	if (missing.length === 0 && extra.length === 0) return;
	const message = `the database is not as the migrations up to version ${version} make it\n${differences(missing, extra)}\nbegin at another version, bring the database to it, or force it`;
	throw new MigrateError("ERR_BASELINE", message, { version, missing, extra });
}

/** What an empty database holds after the migrations up to a version. */
async function structureAt(source: Source, scratch: Driver, version: Version): Promise<readonly string[]> {
	let lines: readonly string[];
	try {
		const preparation = preparedWay(source, scratch, { kind: "version", version }, {});
		await carryOut({ driver: scratch, source, options: {}, preparation, calls: callerCalls({}) });
		lines = (await scratch.structure?.()) ?? [];
	} catch (error) {
		throw await cleanUpAfter(error, () => scratch.close());
	}
	await scratch.close();
	return lines;
}

const MAX_SHOWN = 5;

function differences(missing: readonly string[], extra: readonly string[]): string {
	const lines = [...missing.map((line) => `missing: ${line}`), ...extra.map((line) => `too much: ${line}`)];
	const more = lines.length - MAX_SHOWN;
	return [...lines.slice(0, MAX_SHOWN), ...(more > 0 ? [`and ${more} more`] : [])].join("\n");
}
