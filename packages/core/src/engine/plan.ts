import { MigrateError } from "../migrate-error.ts";
import type { MigrationStep } from "../migration.ts";
import { NIL_VERSION, type Version } from "../version.ts";

/** Where an operation wants to go. A limit is a number of steps, at least 0; without one: as far as possible. */
export type Goal =
	| { readonly kind: "up"; readonly limit?: number }
	| { readonly kind: "down"; readonly limit?: number }
	/** Reverts that many, and applies them again. */
	| { readonly kind: "redo"; readonly limit: number }
	| { readonly kind: "version"; readonly version: Version };

/** A version, and what a plan may do with it: revert it, apply it, or `neither`. */
export interface VersionStatus {
	readonly version: Version;
	readonly state: "applied" | "pending" | "neither";
}

export interface Plan {
	readonly steps: readonly MigrationStep[];
	/** How many of the steps asked for do not exist. */
	readonly missingSteps: number;
}

/**
 * Works out the steps to the goal: what is pending in ascending order, what is applied in descending order. To a version
 * it first reverts all above, then applies what is pending at or below. Pure, and usable without a lock or a connection.
 * Go: Migrate.read, readUp and readDown.
 *
 * @param versions Ascending.
 * @throws MigrateError `ERR_VERSION_NOT_FOUND` when there is no such version as the wanted one.
 */
export function plan(versions: readonly VersionStatus[], goal: Goal): Plan {
	const pending = versions.filter(({ state }) => state === "pending");
	const applied = versions.filter(({ state }) => state === "applied");
	const top = applied.at(-1)?.version ?? NIL_VERSION;
	switch (goal.kind) {
		case "up":
			return cut(upSteps(pending, top), goal.limit);
		case "down":
			return cut(downSteps(applied), goal.limit);
		case "redo": {
			const { steps, missingSteps } = cut(downSteps(applied), goal.limit);
			const again = steps.map(({ version }): VersionStatus => ({ version, state: "pending" }));
			return { steps: [...steps, ...upSteps(again.reverse(), steps.at(-1)?.target ?? top)], missingSteps };
		}
		case "version": {
			const { version } = goal;
			assertReachable(versions, version);
			const reverted = downSteps(applied).filter((step) => step.version > version);
			const left = reverted.at(-1)?.target ?? top;
			const missing = pending.filter((status) => status.version <= version);
			return cut([...reverted, ...upSteps(missing, left)]);
		}
	}
}

function assertReachable(versions: readonly VersionStatus[], version: Version): void {
	const wanted = versions.find((status) => status.version === version);
	const what = `cannot go to version ${version}`;
	if (wanted === undefined) {
		const all = versions.map((status) => status.version);
		throw versionNotFound(all, version, what);
	}
	if (wanted.state === "neither") {
		const reason = "its migration is skipped in this database, or it is not known whether it is applied";
		throw new MigrateError("ERR_VERSION_NOT_FOUND", `${what}: ${reason}`, { version });
	}
}

/** The database's version is that of the highest migration that is applied. */
function upSteps(pending: readonly VersionStatus[], top: Version): readonly MigrationStep[] {
	return pending.map(({ version }) => ({ version, direction: "up", target: version > top ? version : top }));
}

function downSteps(applied: readonly VersionStatus[]): readonly MigrationStep[] {
	const steps = applied.map(({ version }, index): MigrationStep => {
		return { version, direction: "down", target: applied[index - 1]?.version ?? NIL_VERSION };
	});
	return steps.reverse();
}

function cut(steps: readonly MigrationStep[], limit: number = steps.length): Plan {
	const made = steps.slice(0, limit);
	return { steps: made, missingSteps: limit - made.length };
}

/** @param versions Of the source, ascending. */
export function versionNotFound(
	versions: readonly Version[],
	version: Version,
	what: string,
): MigrateError<"ERR_VERSION_NOT_FOUND"> {
	const span = versions.length === 0 ? "" : `, which has ${versions.length}, from ${versions[0]} to ${versions.at(-1)}`;
	return new MigrateError("ERR_VERSION_NOT_FOUND", `${what}: there is no such migration in the source${span}`, {
		version,
	});
}

/** What is left of a goal when some steps were made. */
export function remaining(goal: Goal, done: number): Goal {
	if (goal.kind === "version" || goal.kind === "redo" || goal.limit === undefined) return goal;
	return { ...goal, limit: Math.max(goal.limit - done, 0) };
}
