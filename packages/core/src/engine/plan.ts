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

/** What a source has, to follow its name. */
function spanOf(versions: readonly Version[]): string {
	if (versions.length === 0) return "";
	const [first] = versions;
	if (versions.length === 1) return `, which has version ${first} alone`;
	return `, which has ${versions.length} migrations, from ${first} to ${versions.at(-1)}`;
}

/** @param versions Of the source, ascending. */
export function versionNotFound(
	versions: readonly Version[],
	version: Version,
	what: string,
): MigrateError<"ERR_VERSION_NOT_FOUND"> {
	const span = spanOf(versions);
	return new MigrateError("ERR_VERSION_NOT_FOUND", `${what}: there is no such migration in the source${span}`, {
		version,
	});
}

/**
 * What is left of steps when others may have been at work since they were planned: each whose work is still to be done, and never
 * one that was not planned.
 *
 * @param versions Ascending, as they are now.
 * @param steps In order: those that revert come first.
 * @throws MigrateError `ERR_VERSION_MOVED` when a migration above the one to be reverted was applied meanwhile.
 */
export function stepsLeft(
	versions: readonly VersionStatus[],
	steps: readonly MigrationStep[],
): readonly MigrationStep[] {
	const applied = versions.filter(({ state }) => state === "applied").map(({ version }) => version);
	const pending = new Set(versions.filter(({ state }) => state === "pending").map(({ version }) => version));
	const appliedNow = new Set(applied);
	const reverted: MigrationStep[] = [];
	for (const { version, direction } of steps) {
		if (direction === "up" || !appliedNow.has(version)) continue;
		const above = applied.findLast((other) => other > version);
		if (above !== undefined) throw movedAbove(version, above);
		applied.pop();
		pending.add(version);
		reverted.push({ version, direction, target: applied.at(-1) ?? NIL_VERSION });
	}
	const again = steps.filter(({ version, direction }) => direction === "up" && pending.has(version));
	const top = applied.at(-1) ?? NIL_VERSION;
	return [
		...reverted,
		...upSteps(
			again.map(({ version }) => ({ version, state: "pending" })),
			top,
		),
	];
}

function movedAbove(version: Version, top: Version): MigrateError<"ERR_VERSION_MOVED"> {
	const message = `version ${version} was to be reverted, and version ${top} was applied above it meanwhile; look at what it was, and run the command again`;
	return new MigrateError("ERR_VERSION_MOVED", message, {
		expected: { version, dirty: false },
		found: { version: top, dirty: false },
	});
}
