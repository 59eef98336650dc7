import type { RehearsalReport, RehearsedMigration } from "@godwit/core";
import { json } from "../json/json.ts";

/** Writes a rehearsal as a document for programs. @param database Its URL, without secrets and options. */
export function rehearsalDocument(report: RehearsalReport, database: string): string {
	const { from, to, clean, migrations, missingSteps, findings, differences, schema, rows, down } = report;
	const { reached, gaps, bytesBefore, copyMs, durationMs } = report;
	const examined = rows?.examined === false ? undefined : rows;
	return json({
		...{ command: "rehearse", database, ok: clean, from: from < 0n ? null : from, to: to < 0n ? null : to },
		...{ migrations: migrations.map(migrationOf), missingSteps, findings, differences, schema: schema.changes },
		...{ tables: rows?.tables ?? null, violations: examined?.violations ?? null, damage: examined?.damage ?? null },
		down: down === undefined ? null : { ...down, migrations: down.migrations.map(migrationOf) },
		...{ reached, gaps, bytesBefore, bytesAfter: rows?.bytes ?? null, copyMs, durationMs },
	});
}

function migrationOf(migration: RehearsedMigration): Readonly<Record<string, unknown>> {
	const { version, direction, target, identifier: title, location, outcome, durationMs } = migration;
	return { version, direction, target: target < 0n ? null : target, title, location, outcome, durationMs };
}
