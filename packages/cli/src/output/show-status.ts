import { type MigrationState, type MigrationStatus, NIL_VERSION, type StatusReport } from "@godwit/core";
import type { Invocation } from "../command-line/command.ts";
import { describeBackend } from "../database/builtins.ts";
import { goDuration } from "./go-duration.ts";
import { hideSecretsOfUrl } from "./hide-secrets.ts";
import { json } from "./json.ts";
import { printable } from "./printable.ts";
import { columns, moment } from "./table.ts";

const EXIT_PENDING = 3;
const EXIT_FINDINGS = 4;

/**
 * Prints a status.
 *
 * @param url Of the database.
 * @returns The exit code: 0, and with -exit-code 3 for pending and 4 for an error among the findings.
 */
export function showStatus(report: StatusReport, url: string, { line, print }: Invocation): number {
	const [database = ""] = hideSecretsOfUrl(url).split("?");
	const ok = report.findings.every(({ level }) => level !== "error");
	const pending = report.migrations.some(({ state }) => state === "pending" || state === "out-of-order");
	if (line.is("json")) print(document(report, database, ok));
	else for (const text of lines(report, database)) print(printable(text));
	if (!line.is("exit-code")) return 0;
	if (!ok) return EXIT_FINDINGS;
	return pending ? EXIT_PENDING : 0;
}

function document(report: StatusReport, database: string, ok: boolean): string {
	const { version, dirty, history, newest, migrations, findings } = report;
	return json({
		command: "status",
		database,
		backend: describeBackend(database),
		version: version === NIL_VERSION ? null : version,
		dirty,
		newest: newest ?? null,
		history,
		ok,
		counts: Object.fromEntries(countsOf(migrations)),
		migrations: migrations.map(({ event, ...migration }) => ({ ...migration, ...eventFields(event) })),
		findings,
		next: nextCommand(report) ?? null,
	});
}

function eventFields(event: MigrationStatus["event"]): Readonly<Record<string, unknown>> {
	if (event === undefined || event.at === "") return {};
	const { op, at, by, durationMs, note } = event;
	return { event: op, at, by, durationMs, note };
}

function lines(report: StatusReport, database: string): readonly string[] {
	const { migrations, findings, history } = report;
	const header = ["VERSION", "TITLE", "STATE", "WHEN (UTC)", "TOOK", "BY"];
	const rows = migrations.map(({ version, title, state, guess, event }) => {
		const known = [String(version), title ?? "", `${state}${guess ? " (a guess)" : ""}`];
		// Of a pending one the last event is that it was reverted.
		if (event === undefined || event.at === "" || state === "pending" || state === "out-of-order") return known;
		const took = event.durationMs === undefined ? "" : goDuration(event.durationMs);
		return [...known, moment(event.at), took, event.by];
	});
	return [
		...(rows.length === 0 ? [] : columns([header, ...rows])),
		...findings.map(({ level, message }) => `${level}: ${message}`),
		`${database} ${place(report)}${summary(migrations)}`,
		`backend: ${describeBackend(database)}${history === "none" ? "; no history is kept" : ""}`,
		...[nextCommand(report)].flatMap((next) => (next === undefined ? [] : [`next: ${next}`])),
	];
}

function place({ version, dirty }: StatusReport): string {
	const where = version === NIL_VERSION ? "is without any migration" : `is at version ${version}`;
	return `${where}${dirty ? ", dirty" : ""}`;
}

function summary(migrations: readonly MigrationStatus[]): string {
	const counts = [...countsOf(migrations)].map(([state, count]) => `${count} ${state}`);
	return counts.length === 0 ? "" : `; ${counts.join(", ")}`;
}

/** In the order in which the states first come. */
function countsOf(migrations: readonly MigrationStatus[]): ReadonlyMap<MigrationState, number> {
	const counts = new Map<MigrationState, number>();
	for (const { state } of migrations) counts.set(state, (counts.get(state) ?? 0) + 1);
	return counts;
}

/** The command to type next; `undefined` when there is nothing to do, or nothing that a command could do. */
function nextCommand({ migrations, dirty }: StatusReport): string | undefined {
	const first = (state: MigrationState): MigrationStatus | undefined =>
		migrations.find((migration) => migration.state === state);
	if (dirty) return "godwit repair -dirty applied, or -dirty reverted, once the schema is repaired";
	if (first("newer") !== undefined) return undefined;
	const [unknown, changed, outOfOrder] = [first("unknown"), first("changed"), first("out-of-order")];
	if (unknown !== undefined) return `godwit repair -adopt ${unknown.version}, or -pending ${unknown.version}`;
	if (changed !== undefined) return `godwit history -diff ${changed.version}`;
	if (outOfOrder !== undefined) return "godwit up -out-of-order apply";
	return first("pending") === undefined ? undefined : "godwit up";
}
