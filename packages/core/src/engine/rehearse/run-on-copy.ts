import type { Driver } from "../../driver/driver.ts";
import { isMigrateError, type MigrateError } from "../../migrate-error.ts";
import type { AppliedMigration } from "../../migration.ts";
import type { Source } from "../../source/source.ts";
import type { Version } from "../../version.ts";
import type { MigrateOptions } from "../migrate-options.ts";
import type { CallerCalls } from "../run/calls/caller-calls.ts";
import { carryOut } from "../run/carry-out.ts";
import type { Preparation } from "../run/preparation/prepare.ts";

/** What a rehearsal works with. */
export interface RehearsalContext {
	readonly source: Source;
	/** Over the database itself. */
	readonly driver: Driver;
	readonly options: MigrateOptions;
	readonly calls: CallerCalls;
}

/** How far migrations came on a copy. */
export interface RanOnCopy {
	readonly to: Version;
	readonly applied: readonly AppliedMigration[];
	readonly failure?: MigrateError<"ERR_MIGRATION_FAILED">;
}

/**
 * Runs migrations on a copy, by the code that runs them on the database.
 *
 * @throws What is no failure of a migration; the signal's reason when it has ended the run.
 */
export async function runOnCopy(
	copy: Driver,
	preparation: Preparation,
	{ source, options: given, calls }: RehearsalContext,
): Promise<RanOnCopy> {
	const options = optionsOnCopy(given);
	try {
		const { to, applied, stopped } = await carryOut({ driver: copy, source, options, preparation, calls });
		if (stopped) throw options.signal?.reason;
		return { to, applied };
	} catch (error) {
		if (!isMigrateError(error, "ERR_MIGRATION_FAILED")) throw error;
		const { to, applied } = error.details.report;
		return { to, applied, failure: error };
	}
}

/** Nobody else has the copy, what surrounds a migration is not asked for one that is tried, and what it does is told as `rehearsing`. */
function optionsOnCopy({ onEvent, ...options }: MigrateOptions): MigrateOptions {
	const { backup, rehearse, around, lockTimeoutMs, waitMs, ...others } = options;
	if (onEvent === undefined) return others;
	return {
		...others,
		onEvent(event) {
			if (event.type !== "start") return;
			const { migration, index, count } = event;
			onEvent({ type: "rehearsing", migration, index, count });
		},
	};
}
