import { MigrateError } from "../migrate-error.ts";
import type { Migration, MigrationStep } from "../migration.ts";
import type { Source } from "../source/source.ts";
import type { Version } from "../version.ts";
import type { MigrateOptions } from "./migrate-options.ts";
import { type Goal, plan, statusAt } from "./plan.ts";

/** The migrations that a plan consists of, with their files. */
export interface OpenedPlan {
	readonly migrations: readonly Migration[];
	readonly short: number;
}

/**
 * Plans the way from a version to a goal and looks up the files that it takes.
 *
 * @throws MigrateError what `plan` and the source throw; `ERR_IRREVERSIBLE`.
 */
export async function openPlan(
	source: Source,
	current: Version,
	goal: Goal,
	missingDown: MigrateOptions["missingDown"],
): Promise<OpenedPlan> {
	const { steps, short } = plan(statusAt(await source.versions(), current), goal);
	return { migrations: await Promise.all(steps.map((step) => open(source, step, missingDown))), short };
}

/** What is left of a goal when some steps were made. */
export function remaining(goal: Goal, done: number): Goal {
	if (goal.kind === "version" || goal.limit === undefined) return goal;
	return { ...goal, limit: Math.max(goal.limit - done, 0) };
}

async function open(
	source: Source,
	step: MigrationStep,
	missingDown: MigrateOptions["missingDown"],
): Promise<Migration> {
	const { version, direction } = step;
	const file = await (direction === "up" ? source.readUp(version) : source.readDown(version));
	if (file === undefined && direction === "down" && missingDown !== "skip") {
		throw new MigrateError(
			"ERR_IRREVERSIBLE",
			`migration ${version} has no down file in ${source.location}, so it cannot be reverted; nothing was changed`,
			{ version },
		);
	}
	return { ...step, file };
}
