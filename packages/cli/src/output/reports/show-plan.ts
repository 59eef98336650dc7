import type { FileEffects, FileFinding, MigrationPlan, PlannedMigration, StatementEffects } from "@godwit/core";
import type { Invocation } from "../../command-line/command.ts";
import { json } from "../json/json.ts";
import { effectsInWords } from "../text/effects-in-words.ts";
import { hideSecretsOfUrl } from "../text/hide-secrets.ts";
import { printableLine } from "../text/printable.ts";
import { EXIT_FINDINGS, EXIT_PENDING } from "./exit-findings.ts";

/**
 * Prints a plan.
 *
 * @param url Of the database.
 * @returns The exit code: 0, or 4 when a rule has found an error; with -exit-code 3 when something would run.
 */
export function showPlan(plan: MigrationPlan, url: string, { line, print }: Invocation): number {
	const [database = ""] = hideSecretsOfUrl(url).split("?");
	const ok = findingsOf(plan).every(({ level }) => level !== "error");
	if (line.is("json")) print(document(plan, database, ok));
	else for (const text of lines(plan, database)) print(printableLine(text));
	if (!ok) return EXIT_FINDINGS;
	return line.is("exit-code") && plan.migrations.length > 0 ? EXIT_PENDING : 0;
}

function findingsOf({ migrations }: MigrationPlan): readonly FileFinding[] {
	return migrations.flatMap(({ effects }) => effects?.findings ?? []);
}

function document(
	{ from, migrations, missingSteps, findings, gaps }: MigrationPlan,
	database: string,
	ok: boolean,
): string {
	return json({
		command: "plan",
		database,
		from: from < 0n ? null : from,
		ok,
		migrations: migrations.map(({ version, direction, target, file, effects }) => ({
			...{ version, direction, target: target < 0n ? null : target },
			...(file && { title: file.identifier, location: file.location }),
			effects: effects ?? null,
		})),
		missingSteps,
		findings,
		gaps,
	});
}

function lines(plan: MigrationPlan, database: string): readonly string[] {
	const { migrations, missingSteps, findings, gaps } = plan;
	const found = findingsOf(plan);
	const count = (level: FileFinding["level"]): number => found.filter((finding) => finding.level === level).length;
	const counts = (["error", "warning", "note"] as const).map((level) =>
		`${count(level)} ${level}s`.replace(/^1 (.*)s$/, "1 $1"),
	);
	return [
		...migrations.flatMap(migrationLines),
		...findings.map(({ level, message }) => `${level}: ${message}`),
		...gaps.map((gap) => `notice: ${gap}`),
		...(missingSteps === 0 ? [] : [`${missingSteps} more asked for than there are`]),
		migrations.length === 0
			? `${database}: nothing to run`
			: `${database}: ${migrations.length} to run; ${counts.join(", ")}; nothing was run`,
	];
}

function migrationLines({ version, direction, file, effects }: PlannedMigration): readonly string[] {
	const name = `${version}/${direction === "up" ? "u" : "d"} ${file?.identifier ?? "(no file: only the version changes)"}`;
	if (effects === undefined) return [file === undefined ? name : `${name}  what it does is not known`];
	const keys = effects.foreignKeys ? ", foreign keys enforced" : "";
	return [
		`${name}  ${transactionInWords(effects)}${keys}`,
		...statementLines(effects.statements, effects.foreignKeys),
		...effects.findings.map((finding) => findingLine(file?.location ?? "", finding)),
	];
}

function transactionInWords({ transaction, rounds }: FileEffects): string {
	if (rounds) return "in rounds";
	return transaction ? "in one transaction" : "outside a transaction";
}

/** Statements in a row that do the same are one line. */
function statementLines(statements: readonly StatementEffects[], foreignKeys: boolean): readonly string[] {
	const rows: { readonly place: string; readonly text: string; count: number }[] = [];
	for (const effects of statements) {
		const text = effectsInWords(effects, foreignKeys);
		const last = rows.at(-1);
		if (last?.text === text) last.count += 1;
		else rows.push({ place: `${effects.line}:${effects.column}`, text, count: 1 });
	}
	return rows
		.filter(({ text }) => text !== "")
		.map(({ place, text, count }) => `    ${place}  ${text}${count === 1 ? "" : ` (${count} statements)`}`);
}

function findingLine(location: string, { line, column, level, rule, message }: FileFinding): string {
	return `    ${location}:${line}:${column}  ${level} ${rule}: ${message}`;
}
