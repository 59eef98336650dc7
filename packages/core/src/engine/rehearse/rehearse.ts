import { cleanUpAfter } from "../../clean-up-after.ts";
import type { Driver } from "../../driver/driver.ts";
import type { RehearsalCopy, RowComparison } from "../../driver/rehearsal.ts";
import type { Schema } from "../../driver/schema.ts";
import { unsupported } from "../../driver/unsupported.ts";
import { readSchema } from "../dump/read-schema.ts";
import { withEffects } from "../reports/migration-plan.ts";
import { waitingOf } from "../run/migration-lock.ts";
import { type Preparation, type Prepared, runnable } from "../run/preparation/prepare.ts";
import { type GoneBack, goBack } from "./go-back.ts";
import {
	attachingFiles,
	byLevel,
	failedFinding,
	lostRows,
	newFaults,
	reachedFindings,
	ruleFindings,
} from "./rehearsal-findings.ts";
import type { RehearsalFinding, RehearsalReport, RehearsedMigration, RehearseOptions } from "./rehearsal-report.ts";
import { rehearsedMigrations } from "./rehearsed-migrations.ts";
import { type RanOnCopy, type RehearsalContext, runOnCopy } from "./run-on-copy.ts";
import { schemaChanges } from "./schema-changes.ts";
import { TableTrace } from "./table-trace.ts";

/**
 * Runs migrations on a copy of the database, up and down again, and tells what became of schema and rows. The copy is removed.
 *
 * @param way Works out what is to run, for a driver over the database or over its copy.
 * @throws MigrateError `ERR_UNSUPPORTED`; what the operation would throw before it runs anything; what `Driver.rehearsal` throws.
 */
export async function rehearse(
	context: RehearsalContext,
	way: (driver: Driver) => Preparation,
	{ directory, allowLoss = [] }: RehearseOptions,
): Promise<RehearsalReport> {
	const { driver, options } = context;
	const began = performance.now();
	if (driver.rehearsal === undefined) throw unsupported(driver, "rehearsal");
	const waiting = waitingOf(options);
	const first = runnable(await way(driver).prepare(waiting));
	if (first.migrations.length === 0) return nothingToRun(await schemaAsItIs(context, first), first);
	const copy = await driver.rehearsal({ directory, ...waiting });
	const copyMs = performance.now() - began;
	let report: Omit<RehearsalReport, "copyMs" | "durationMs">;
	try {
		report = await onCopy(copy, context, way, allowLoss);
	} catch (error) {
		throw await cleanUpAfter(error, () => copy.remove());
	}
	await copy.remove();
	return { ...report, copyMs, durationMs: performance.now() - began };
}

/** A driver that tells the schema of its copies alone has none to show where there is no copy. */
async function schemaAsItIs({ driver, options }: RehearsalContext, { state }: Prepared): Promise<Schema> {
	if (driver.schema !== undefined) return driver.schema(waitingOf(options));
	const { version, dirty } = state.found;
	return { version, dirty, objects: [], tables: [] };
}

/** @throws MigrateError Why nothing may be run. */
function nothingToRun(schema: Schema, { state, missingSteps, findings }: Prepared): RehearsalReport {
	const { version } = state.found;
	return {
		...{ from: version, to: version, clean: true, migrations: [], missingSteps, findings: [], differences: findings },
		...{ schema: { before: schema, after: schema, changes: [] }, reached: [], gaps: [] },
		...{ bytesBefore: 0, copyMs: 0, durationMs: 0 },
	};
}

/** What the way up did. */
interface Gone {
	readonly prepared: Prepared;
	readonly migrations: readonly RehearsedMigration[];
	readonly ran: RanOnCopy;
	readonly gaps: readonly string[];
	readonly before: State;
	readonly after: State;
}

interface State {
	readonly schema: Schema;
	readonly structure: readonly string[];
}

async function onCopy(
	copy: RehearsalCopy,
	context: RehearsalContext,
	way: (driver: Driver) => Preparation,
	allowLoss: readonly string[],
): Promise<Omit<RehearsalReport, "copyMs" | "durationMs">> {
	const gone = await goUp(copy, context, way);
	const { prepared, migrations, ran, before, after } = gone;
	const reached = [...copy.reached];
	const trace = new TableTrace(before.schema);
	for (const { effects, location } of migrations) trace.add(effects, location);
	const rows = ran.failure === undefined ? await copy.compare(trace) : undefined;
	const outside = reachedFindings(reached, migrations);
	const lost = rows === undefined ? [] : lostRows(rows, trace, allowLoss, attachingFiles(outside, migrations));
	const changes = schemaChanges(before.schema, after.schema, { tableNow: (table) => nameNow(table, rows, trace) });
	const from = prepared.state.found.version;
	const forth = { from, applied: ran.applied, before: before.structure, up: after.structure, trace };
	const back = ran.failure === undefined ? await goBack(copy, context, forth) : undefined;
	const failed = ran.failure && failedFinding(ran.failure, outside);
	const findings = byLevel([
		...(failed === undefined ? [] : [failed]),
		...(rows === undefined ? [] : [...lost, ...newFaults(rows)]),
		...ruleFindings(migrations),
		...(failed?.rule === "not-rehearsed" ? outside.slice(0, -1) : outside),
		...allowedBack(back, migrations),
	]);
	return {
		...{ from, to: ran.to, clean: findings.every(({ level }) => level !== "error"), migrations, findings },
		...{ missingSteps: prepared.missingSteps, differences: prepared.findings },
		schema: { before: before.schema, after: after.schema, changes },
		...{ rows, down: back?.down, reached, gaps: [...gone.gaps, ...(rows?.gaps ?? [])], bytesBefore: copy.bytes },
	};
}

/** The comparison of rows may know a table again whose renaming is in no statement that is understood. */
function nameNow(table: string, rows: RowComparison | undefined, trace: TableTrace): string {
	const compared = rows?.tables.find(({ nameBefore, exists }) => exists && nameBefore === table);
	return compared?.name ?? trace.tableNow(table);
}

/** What a file allows its up and its down, see docs/check.md. */
function allowedBack(
	back: GoneBack | undefined,
	migrations: readonly RehearsedMigration[],
): readonly RehearsalFinding[] {
	const allows = new Set(migrations.flatMap(({ effects }) => effects?.allows ?? []));
	return (back?.findings ?? []).filter(({ rule }) => !allows.has(rule));
}

async function goUp(
	copy: RehearsalCopy,
	context: RehearsalContext,
	way: (driver: Driver) => Preparation,
): Promise<Gone> {
	const driver = await copy.open();
	try {
		const preparation = way(driver);
		const prepared = runnable(await preparation.prepare());
		const { migrations, gaps } = await withEffects(driver, prepared.migrations, context.options);
		const before = await stateOf(driver);
		const ran = await runOnCopy(driver, preparation, context);
		const after = await stateOf(driver);
		return { prepared, migrations: rehearsedMigrations(migrations, ran), ran, gaps, before, after };
	} finally {
		await driver.close();
	}
}

async function stateOf(driver: Driver): Promise<State> {
	return { schema: await readSchema(driver, {}), structure: (await driver.structure?.()) ?? [] };
}
