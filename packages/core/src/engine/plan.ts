import { MigrateError } from "../migrate-error.ts";
import type { MigrationStep } from "../migration.ts";
import { NIL_VERSION, type Version } from "../version.ts";

/** Where an operation wants to go. A limit is a number of steps, at least 0; without one: as far as possible. */
export type Goal =
	| { readonly kind: "up"; readonly limit?: number }
	| { readonly kind: "down"; readonly limit?: number }
	| { readonly kind: "version"; readonly version: Version };

export interface Plan {
	readonly steps: readonly MigrationStep[];
	/** How many of the steps asked for do not exist. */
	readonly short: number;
}

/**
 * Works out the steps from the current version to the goal. Pure. Go: Migrate.read, readUp and readDown.
 *
 * @param versions All versions of the source, ascending; for a way up, those below the current one may be left out.
 * @throws MigrateError `ERR_VERSION_NOT_FOUND` when the source lacks the current or the wanted version, unless the
 *   current one is `NIL_VERSION`.
 */
export function plan(versions: readonly Version[], current: Version, goal: Goal): Plan {
	const here = current === NIL_VERSION ? -1 : position(versions, current, `the database is at version ${current}`);
	switch (goal.kind) {
		case "up": {
			const { limit = versions.length - 1 - here } = goal;
			return walk(versions, here, Math.min(here + limit, versions.length - 1), limit);
		}
		case "down": {
			const { limit = here + 1 } = goal;
			return walk(versions, here, Math.max(here - limit, -1), limit);
		}
		case "version": {
			const there = position(versions, goal.version, `cannot go to version ${goal.version}`);
			return walk(versions, here, there, Math.abs(there - here));
		}
	}
}

function walk(versions: readonly Version[], from: number, to: number, wanted: number): Plan {
	const steps: MigrationStep[] = [];
	const at = (position: number): Version => versions[position] ?? NIL_VERSION;
	for (let p = from + 1; p <= to; p++) steps.push({ version: at(p), direction: "up", target: at(p) });
	for (let p = from; p > to; p--) steps.push({ version: at(p), direction: "down", target: at(p - 1) });
	return { steps, short: wanted - steps.length };
}

function position(versions: readonly Version[], version: Version, what: string): number {
	const found = versions.indexOf(version);
	if (found === -1) {
		const span =
			versions.length === 0 ? "" : `, which has ${versions.length}, from ${versions[0]} to ${versions.at(-1)}`;
		throw new MigrateError("ERR_VERSION_NOT_FOUND", `${what}: there is no such migration in the source${span}`, {
			version,
		});
	}
	return found;
}
