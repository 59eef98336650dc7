import { compareStructures } from "../../check/compare-structures.ts";
import type { RehearsalCopy } from "../../driver/rehearsal.ts";
import type { AppliedMigration, Migration } from "../../migration.ts";
import type { Version } from "../../version.ts";
import { withEffects } from "../reports/migration-plan.ts";
import { preparedMigrations } from "../run/preparation/prepare.ts";
import { failedFinding, rowsNotBack } from "./rehearsal-findings.ts";
import type { RehearsalFinding, RehearsedDown } from "./rehearsal-report.ts";
import { rehearsedMigrations } from "./rehearsed-migrations.ts";
import { type RehearsalContext, runOnCopy } from "./run-on-copy.ts";
import type { TableTrace } from "./table-trace.ts";

/** What was done on the copy, and is to be taken back. */
export interface GoneForth {
	/** The version that the copy was at before. */
	readonly from: Version;
	readonly applied: readonly AppliedMigration[];
	/** The structure before, and after the way up. */
	readonly before: readonly string[];
	readonly up: readonly string[];
	/** Of the way up; it then knows the way back too. */
	readonly trace: TableTrace;
}

export interface GoneBack {
	readonly down: RehearsedDown;
	readonly findings: readonly RehearsalFinding[];
}

/** Reverts on the copy what was applied there, and compares it with what was before. */
export async function goBack(
	copy: RehearsalCopy,
	context: RehearsalContext,
	{ from, applied, before, up, trace }: GoneForth,
): Promise<GoneBack> {
	const { migrations, missing } = await waysBack(context, from, applied);
	if (missing.length > 0) {
		const files = missing.map(({ version, identifier }) => `${version} ${identifier}`).join(", ");
		const message = `there is no down file of ${files}, so the way back was not tried`;
		return notBack([], [{ rule: "down-missing", level: "note", message }]);
	}
	const driver = await copy.open();
	try {
		const preparation = preparedMigrations(context.source, driver, migrations);
		const planned = (await withEffects(driver, migrations, context.options)).migrations;
		for (const { effects, file } of planned) trace.add(effects, file?.location);
		const ran = await runOnCopy(driver, preparation, context);
		const rehearsed = rehearsedMigrations(planned, ran);
		if (ran.failure !== undefined) {
			const finding = failedFinding(ran.failure);
			return notBack(rehearsed, [{ ...finding, rule: "down-fails", level: "warning" }]);
		}
		const after = (await driver.structure?.()) ?? [];
		await driver.close();
		const difference = compareStructures(before, up, after);
		const notAsBefore = rowsNotBack(await copy.compareRows(trace));
		const message = `after up and down the rows are not as before: ${notAsBefore.join("; ")}`;
		return {
			down: {
				...{ ran: true, migrations: rehearsed },
				...{ schemaIsBack: difference === undefined, rowsAreBack: notAsBefore.length === 0 },
			},
			findings: [
				...(difference === undefined ? [] : [difference]),
				...(notAsBefore.length === 0 ? [] : [{ rule: "down-loses-rows", level: "warning", message } as const]),
			],
		};
	} finally {
		await driver.close();
	}
}

function notBack(migrations: RehearsedDown["migrations"], findings: readonly RehearsalFinding[]): GoneBack {
	return { down: { ran: false, migrations }, findings };
}

/** The migrations that take back what was applied, last first, and those that have no down file. */
async function waysBack(
	{ source }: RehearsalContext,
	from: Version,
	applied: readonly AppliedMigration[],
): Promise<{ readonly migrations: readonly Migration[]; readonly missing: readonly AppliedMigration[] }> {
	const migrations: Migration[] = [];
	const missing: AppliedMigration[] = [];
	for (const [index, step] of applied.entries()) {
		const file = await source.readDown(step.version);
		if (file === undefined) missing.push(step);
		const target = applied[index - 1]?.target ?? from;
		migrations.unshift({ version: step.version, direction: "down", target, file });
	}
	return { migrations, missing };
}
