import {
	isPendingMigration,
	type MigrationState,
	type MigrationStatus,
	NIL_VERSION,
	type StatusReport,
} from "@godwit/core";
import type { Invocation } from "../../command-line/command.ts";
import type { CommandLine } from "../../command-line/read-command-line.ts";
import { describeBackend } from "../../database/schemes/builtins.ts";
import { json } from "../json/json.ts";
import { goDuration } from "../text/go-duration.ts";
import { hideSecretsOfUrl } from "../text/hide-secrets.ts";
import type { Colour, Paint } from "../text/paint.ts";
import { printableLine } from "../text/printable.ts";
import { programName } from "../text/program-name.ts";
import { columns, moment } from "../text/table.ts";
import { EXIT_FINDINGS, EXIT_PENDING } from "./exit-findings.ts";

/**
 * Prints a status.
 *
 * @param url Of the database.
 * @returns The exit code: 0, and with -exit-code 3 for pending and 4 for an error among the findings.
 */
export function showStatus(report: StatusReport, url: string, { line, print, paint }: Invocation): number {
	const [database = ""] = hideSecretsOfUrl(url).split("?");
	const ok = report.findings.every(({ level }) => level !== "error");
	const pending = report.migrations.some(isPendingMigration);
	const next = nextCommand(report, programOf(line));
	if (line.is("json")) print(document(report, { database, ok, next }));
	else for (const text of lines(report, { database, next, paint })) print(text);
	if (!line.is("exit-code")) return 0;
	if (!ok) return EXIT_FINDINGS;
	return pending ? EXIT_PENDING : 0;
}

interface Shown {
	/** Its URL, without secrets and options. */
	readonly database: string;
	/** What to type next. */
	readonly next: string | undefined;
}

function document(report: StatusReport, { database, ok, next }: Shown & { readonly ok: boolean }): string {
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
		next: next ?? null,
	});
}

function eventFields(event: MigrationStatus["event"]): Readonly<Record<string, unknown>> {
	if (event === undefined || event.at === "") return {};
	const { op, direction, at, by, durationMs, note } = event;
	return { event: op, direction, at, by, durationMs, note };
}

/** What may be colours of a file or a database is gone before ours come. */
function lines(report: StatusReport, { database, next, paint }: Shown & { readonly paint: Paint }): readonly string[] {
	const { migrations, findings, history } = report;
	const header = ["VERSION", "TITLE", "STATE", "WHEN (UTC)", "TOOK", "BY"];
	const rows = migrations.map((migration) => rowOf(migration).map(printableLine));
	const paintCell = (cell: string, row: number, column: number): string => {
		const state = migrations[row - 1]?.state;
		if (state === undefined) return paint("bold", cell);
		return column === STATE_COLUMN ? paint(COLOURS[state] ?? "red", cell) : cell;
	};
	return [
		...(rows.length === 0 ? [] : columns([header, ...rows], paintCell)),
		...findings.map(({ level, message }) => `${paint(LEVELS[level], `${level}:`)} ${printableLine(message)}`),
		printableLine(`${database} ${place(report)}${summary(migrations)}`),
		printableLine(`backend: ${describeBackend(database)}${history === "none" ? "; no history is kept" : ""}`),
		...(next === undefined ? [] : [`${paint("cyan", "next:")} ${printableLine(next)}`]),
	];
}

const STATE_COLUMN = 2;

/** The others are not as they should be. */
const COLOURS: Readonly<Partial<Record<MigrationState, Colour>>> = {
	applied: "green",
	adopted: "green",
	baseline: "green",
	forced: "green",
	reformatted: "green",
	pending: "yellow",
	"under-way": "yellow",
	skipped: "yellow",
};

const LEVELS: Readonly<Record<StatusReport["findings"][number]["level"], Colour>> = {
	error: "red",
	warning: "yellow",
	note: "cyan",
};

function rowOf(migration: MigrationStatus): readonly string[] {
	const { version, title, state, guess, event } = migration;
	const known = [String(version), title ?? "", `${stateOf(migration)}${guess ? " (a guess)" : ""}`];
	// Of a pending one the last event is that it was reverted.
	if (event === undefined || event.at === "" || state === "pending" || state === "out-of-order") return known;
	const took = event.durationMs === undefined ? "" : goDuration(event.durationMs);
	return [...known, moment(event.at), took, event.by];
}

/** Rounds of a migration that did not end tell how far it is. */
function stateOf({ state, event, rows }: MigrationStatus): string {
	if (state !== "under-way") return state;
	return `${state}${event?.direction === "down" ? " down" : ""}${rows === undefined ? "" : `: ${rows} rows`}`;
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

/** Flags that say where the database and the migrations are: without them the next command may act on other ones. */
const PLACES = ["config", "env", "env-file", "database", "path", "source"];

const URLS: ReadonlySet<string> = new Set(["database", "source"]);

/** How the command is called once more for the same place. Where it needs a password, `***` stands for that. */
function programOf({ value }: CommandLine): string {
	const flags = PLACES.flatMap((name) => {
		const given = value(name);
		return given === undefined ? [] : [`-${name} ${quoted(URLS.has(name) ? hideSecretsOfUrl(given) : given)}`];
	});
	return [programName(), ...flags].join(" ");
}

/** For a shell. */
function quoted(word: string): string {
	return /^[\w./:@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

function isHalfReverted({ event }: MigrationStatus): boolean {
	return event?.op === "round" && event.direction === "down";
}

/** The command to type next; `undefined` when there is nothing to do, or nothing that a command could do. */
function nextCommand({ migrations, findings, dirty, version }: StatusReport, godwit: string): string | undefined {
	const first = (state: MigrationState): MigrationStatus | undefined =>
		migrations.find((migration) => migration.state === state);
	if (dirty && findings.some(({ kind, level }) => kind === "dirty" && level === "note")) return undefined;
	if (dirty) return `${godwit} repair -dirty applied, or -dirty reverted, once the schema is repaired`;
	if (migrations.some(isHalfReverted)) return `${godwit} down 1`;
	if (first("newer") !== undefined) return undefined;
	// From a version that has no file no command goes anywhere.
	if (migrations.some((migration) => migration.version === version && migration.state === "missing")) return undefined;
	const [unknown, changed] = [first("unknown"), first("changed")];
	const pending = migrations.filter(isPendingMigration);
	const outOfOrder = pending.some((migration) => migration.version < version);
	if (unknown !== undefined) return `${godwit} repair -adopt ${unknown.version}, or -pending ${unknown.version}`;
	if (changed !== undefined) return `${godwit} history -diff ${changed.version}`;
	if (outOfOrder) return `${godwit} up -out-of-order apply`;
	return pending.length === 0 ? undefined : `${godwit} up`;
}
