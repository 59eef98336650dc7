import type { Migration } from "../../migration.ts";
import type { PlannedMigration } from "../reports/migration-plan.ts";
import type { RehearsedMigration } from "./rehearsal-report.ts";
import type { RanOnCopy } from "./run-on-copy.ts";

/** Returns how each migration went. */
export function rehearsedMigrations(
	migrations: readonly (Migration & Pick<PlannedMigration, "effects">)[],
	{ applied, failure }: RanOnCopy,
): readonly RehearsedMigration[] {
	return migrations.map(({ version, direction, target, file, effects }, index) => {
		const done = applied[index];
		const failed = done === undefined && failure !== undefined && index === applied.length;
		return {
			...{ version, direction, target, identifier: file?.identifier ?? "<empty>", location: file?.location },
			...{
				outcome: done === undefined ? (failed ? "failed" : "not run") : "ran",
				durationMs: done?.durationMs,
				effects,
			},
		};
	});
}
