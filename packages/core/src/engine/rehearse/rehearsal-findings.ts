import type { ComparedTable, ReachedFile, RowComparison } from "../../driver/rehearsal.ts";
import { isError } from "../../is-error.ts";
import { isMigrateError, type MigrateError } from "../../migrate-error.ts";
import type { RehearsalFinding, RehearsedMigration } from "./rehearsal-report.ts";
import type { TableTrace, TakingStatement } from "./table-trace.ts";

/** Rules about rows, which the rehearsal itself answers. */
const ANSWERED: ReadonlySet<string> = new Set(["drop-cascades", "every-row", "needs-rows-check", "fails"]);

/** What the rules say of the files, see `FileEffects.findings`. */
export function ruleFindings(migrations: readonly RehearsedMigration[]): readonly RehearsalFinding[] {
	return migrations.flatMap(({ effects, location }) =>
		(effects?.findings ?? []).filter(({ rule }) => !ANSWERED.has(rule)).map((finding) => ({ ...finding, location })),
	);
}

/**
 * @param names Tables that may lose rows, as they are called before or afterwards.
 * @param attaching Whether each file that attaches another database may lose rows: which of its statements did is not known.
 */
export function lostRows(
	{ tables }: RowComparison,
	trace: TableTrace,
	names: readonly string[],
	attaching: readonly boolean[],
): readonly RehearsalFinding[] {
	const allowed = new Set(names.map((name) => name.toLowerCase()));
	return tables
		.filter(({ lost }) => lost > 0)
		.map((table) => {
			const before = table.nameBefore ?? table.name;
			const taking = table.attached === undefined ? trace.taking(before) : [];
			const allowing = table.attached === undefined ? taking.map((statement) => statement.allowed) : attaching;
			const mayLose =
				[before, table.name].some((name) => allowed.has(name.toLowerCase())) ||
				(allowing.length > 0 && allowing.every(Boolean));
			return lostRowsOf(table, taking, mayLose);
		});
}

/** Of each file that attaches another database, whether it may lose rows. @param outside As `reachedFindings`. */
export function attachingFiles(
	outside: readonly RehearsalFinding[],
	migrations: readonly RehearsedMigration[],
): readonly boolean[] {
	const files = new Set(outside.map(({ location }) => location));
	return migrations
		.filter(({ location }) => location !== undefined && files.has(location))
		.map(({ effects }) => effects?.allows.includes("lost-rows") ?? false);
}

function lostRowsOf(table: ComparedTable, taking: readonly TakingStatement[], allowed: boolean): RehearsalFinding {
	const { name, before, lost, samples, exists } = table;
	const { location, line, column } = taking.find(({ whole }) => whole) ?? taking[0] ?? {};
	const which =
		samples.lost.length === 0 ? "" : `: ${samples.lost.join("; ")}${lost > samples.lost.length ? "; ..." : ""}`;
	const gone = exists ? "" : ", and the table is gone";
	const cure = allowed
		? "; this is allowed"
		: `; if that is meant, add the line "-- godwit: allow lost-rows" to the file, or allow it with -allow-loss ${name}`;
	const message = `${name} loses ${lost} of ${count(before, "row")}${gone}${which}${cure}`;
	return { rule: "lost-rows", level: allowed ? "note" : "error", location, line, column, table: name, message };
}

export function newFaults({ violations, damage }: RowComparison): readonly RehearsalFinding[] {
	const broken = violations.map(({ table, parent, before, after }): RehearsalFinding => {
		const others = after > before ? "" : ", which led to other rows";
		const message = `rows of ${table} that point to a row of ${parent} that does not exist: ${after}, and ${before} before${others}`;
		return { rule: "foreign-key-violations", level: "error", table, message };
	});
	const damaged = damage.map((line): RehearsalFinding => {
		return { rule: "integrity", level: "error", message: `the integrity check says: ${line}` };
	});
	return [...broken, ...damaged];
}

/** @param migrations With their effects, which have the places of statements. */
export function reachedFindings(
	reached: readonly ReachedFile[],
	migrations: readonly RehearsedMigration[],
): readonly RehearsalFinding[] {
	const statements = migrations.flatMap(({ effects, location }) =>
		(effects?.statements ?? []).map(({ sql, line, column }) => ({ sql, place: { location, line, column } })),
	);
	// The same statement can be in several files, which ran in their order.
	let from = 0;
	return reached.map(({ sql, message }) => {
		const at = statements.findIndex((statement, index) => index >= from && statement.sql === sql);
		from = at === -1 ? from : at + 1;
		return { rule: "outside", level: "note", ...statements[at]?.place, message };
	});
}

/**
 * Why a migration failed. What cannot be rehearsed is no fault of it, and nobody knows what it does.
 *
 * @param outside What was found of statements that reach outside: the last is the one that cannot be rehearsed.
 */
export function failedFinding(
	{ cause, details: { location } }: MigrateError<"ERR_MIGRATION_FAILED">,
	outside: readonly RehearsalFinding[] = [],
): RehearsalFinding {
	const message = isError(cause) ? cause.message : String(cause);
	if (isMigrateError(cause, "ERR_UNSUPPORTED")) {
		return { ...outside.at(-1), rule: "not-rehearsed", level: "error", location, message };
	}
	const { line, column } = (isMigrateError(cause) ? (cause.details ?? {}) : {}) as {
		readonly line?: number;
		readonly column?: number;
	};
	return { rule: "fails", level: "error", location, line, column, message };
}

/** What is lost and changed after up and down. */
export function rowsNotBack(tables: readonly ComparedTable[]): readonly string[] {
	return tables.flatMap(({ name, lost, changed, added }) => {
		const parts = [
			...(lost === 0 ? [] : [`${lost} lost`]),
			...(changed === 0 ? [] : [`${changed} changed`]),
			...(added === 0 ? [] : [`${added} too many`]),
		];
		return parts.length === 0 ? [] : [`${name} has ${parts.join(", ")}`];
	});
}

const ORDER = ["error", "warning", "note"] as const;

/** Errors first; the same order otherwise. */
export function byLevel(findings: readonly RehearsalFinding[]): readonly RehearsalFinding[] {
	return findings.toSorted((a, b) => ORDER.indexOf(a.level) - ORDER.indexOf(b.level));
}

function count(number: number, noun: string): string {
	return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
