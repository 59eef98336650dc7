import type { CheckFinding, CheckReport } from "@godwit/core";
import type { Invocation } from "../command-line/command.ts";
import { json } from "../output/json/json.ts";
import { EXIT_FINDINGS } from "../output/reports/exit-findings.ts";
import { printableLine } from "../output/text/printable.ts";

/**
 * Prints what a check has found.
 *
 * @returns The exit code: 0, or 4 when there is an error among it.
 */
export function showCheck(report: CheckReport, { line, print }: Invocation): number {
	const ok = report.findings.every(({ level }) => level !== "error");
	if (line.is("json")) print(document(report, ok));
	else for (const text of lines(report, line.value("format") === "github")) print(printableLine(text));
	return ok ? 0 : EXIT_FINDINGS;
}

function document({ versions, stoppedAt, sealed, findings }: CheckReport, ok: boolean): string {
	return json({ command: "check", ok, versions: versions.length, stoppedAt: stoppedAt ?? null, sealed, findings });
}

function lines(report: CheckReport, github: boolean): readonly string[] {
	return [...report.findings.map(github ? annotation : findingLine), summary(report)];
}

function findingLine({ location, line, column, level, rule, message }: CheckFinding): string {
	const place = [location, line, column].filter((part) => part !== undefined).join(":");
	return `${place === "" ? "" : `${place}  `}${level} ${rule}: ${message}`;
}

const COMMANDS = { error: "error", warning: "warning", note: "notice" } as const;

/** See https://docs.github.com/actions/reference/workflow-commands-for-github-actions */
function annotation({ location, line, column, level, rule, message }: CheckFinding): string {
	const properties = Object.entries({ file: location, line, col: column, title: `godwit/${rule}` })
		.filter(([, value]) => value !== undefined)
		.map(([name, value]) => `${name}=${escaped(String(value)).replaceAll(":", "%3A").replaceAll(",", "%2C")}`);
	return `::${COMMANDS[level]} ${properties.join(",")}::${escaped(message)}`;
}

function escaped(text: string): string {
	return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function summary({ versions, stoppedAt, sealed, findings }: CheckReport): string {
	const counts = (["error", "warning", "note"] as const).map((level) => {
		const count = findings.filter((finding) => finding.level === level).length;
		return `${count} ${level}${count === 1 ? "" : "s"}`;
	});
	const stopped = stoppedAt === undefined ? "" : `; version ${stoppedAt} and those above were not tried`;
	// Where the migrations cannot be read, the finding says so, and whether they are sealed is not known.
	const seal = sealed || versions.length === 0 ? "" : "; no seal, which godwit seal makes";
	return `${versions.length} migration${versions.length === 1 ? "" : "s"} checked: ${counts.join(", ")}${stopped}${seal}`;
}
