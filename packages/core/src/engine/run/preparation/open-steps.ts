import { MigrateError } from "../../../migrate-error.ts";
import type { Migration, MigrationStep } from "../../../migration.ts";
import type { Source } from "../../../source/source.ts";
import type { MigrateOptions } from "../../migrate-options.ts";

/**
 * Looks up the files that the steps of a plan take.
 *
 * @throws MigrateError what the source throws; `ERR_IRREVERSIBLE`.
 */
export async function openSteps(
	source: Source,
	steps: readonly MigrationStep[],
	missingDown: MigrateOptions["missingDown"],
): Promise<readonly Migration[]> {
	return Promise.all(steps.map((step) => open(source, step, missingDown)));
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
