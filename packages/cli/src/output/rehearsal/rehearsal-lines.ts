import type { ComparedTable, RehearsalFinding, RehearsalReport, RehearsedMigration, RowComparison } from "@godwit/core";
import { byteSize } from "../text/byte-size.ts";
import { goDuration } from "../text/go-duration.ts";
import { columns } from "../text/table.ts";

/** Says what a rehearsal has found: the verdict first, then why, then what happened. */
export function rehearsalLines(report: RehearsalReport): readonly string[] {
	return [
		verdictOf(report),
		...report.findings.map(findingLine),
		...report.differences.map(({ level, message }) => `${level}: ${message}`),
		...report.gaps.map((gap) => `notice: ${gap}`),
		...(report.missingSteps === 0 ? [] : [`${report.missingSteps} more asked for than there are`]),
		...report.migrations.map(migrationLine),
		...report.schema.changes.map(({ change, kind, name, nameBefore }) => {
			const sign = { added: "+", dropped: "-", changed: "~" }[change];
			return `    ${sign} ${kind} ${name}${nameBefore === undefined ? "" : `, before ${nameBefore}`}`;
		}),
		...rowLines(report),
		...endLines(report),
	];
}

/** In a sentence that begins with `clean` or `not clean`. */
export function verdictOf({ clean, migrations, findings }: RehearsalReport): string {
	if (migrations.length === 0) return "clean: nothing to run";
	const counts = (["error", "warning", "note"] as const).map((level) =>
		count(findings.filter((finding) => finding.level === level).length, level),
	);
	const ran = count(migrations.filter(({ outcome }) => outcome === "ran").length, "migration");
	return `${clean ? "clean" : "not clean"}: ${ran} of ${migrations.length} ran on a copy; ${counts.join(", ")}; the database was not changed`;
}

function findingLine({ location, line, column, level, rule, message }: RehearsalFinding): string {
	const place = [location, line, column].filter((part) => part !== undefined).join(":");
	return `${place === "" ? "" : `${place}  `}${level} ${rule}: ${message}`;
}

function migrationLine({ version, direction, identifier, outcome, durationMs }: RehearsedMigration): string {
	const how = durationMs === undefined ? outcome : goDuration(durationMs);
	return `${version}/${direction === "up" ? "u" : "d"} ${identifier} (${how})`;
}

function rowLines({ rows }: RehearsalReport): readonly string[] {
	if (rows === undefined) return [];
	const touched = rows.tables.filter(isOther);
	const same = rows.tables.length - touched.length;
	const cells = touched.map(({ name, before, after, lost, changed, added }) => [
		name,
		...[before, after, lost, changed, added].map(String),
	]);
	const table =
		touched.length === 0 ? [] : columns([["TABLE", "BEFORE", "AFTER", "LOST", "CHANGED", "ADDED"], ...cells]);
	return [
		...table.map((line) => `    ${line}`),
		...(same === 0
			? []
			: [`    the rows of ${touched.length === 0 ? "" : "the other "}${count(same, "table")} are as before`]),
	];
}

/** Whether a table, or a row of it, is not as it was. */
export function isOther({ lost, changed, added, exists, name, nameBefore }: ComparedTable): boolean {
	return lost + changed + added > 0 || !exists || name !== nameBefore;
}

function endLines({ rows, down, bytesBefore, copyMs, durationMs }: RehearsalReport): readonly string[] {
	if (rows === undefined) return [];
	const back =
		down?.ran !== true
			? "the way back was not shown"
			: `down brings ${down.schemaIsBack ? "the schema back" : "another schema"}, and ${down.rowsAreBack ? "all rows" : "not all rows"}`;
	return [
		`${examinedLine(rows)}; ${back}`,
		`${byteSize(bytesBefore)} before, ${byteSize(rows.bytes)} after (${goDuration(durationMs)}, the copy ${goDuration(copyMs)})`,
	];
}

function examinedLine({ examined, violations, damage }: RowComparison): string {
	if (examined === false) return "foreign keys enforced by the server, integrity not examined";
	const keys = violations.length === 0 ? "foreign keys ok" : "foreign keys violated";
	return `${keys}, ${damage.length === 0 ? "integrity ok" : "integrity not ok"}`;
}

function count(number: number, noun: string): string {
	return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
