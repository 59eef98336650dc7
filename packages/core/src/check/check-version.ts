import type { FileEffects } from "../effects/effects.ts";
import { isError } from "../is-error.ts";
import { isMigrateError } from "../migrate-error.ts";
import type { MigrationFile } from "../migration.ts";
import type { Source } from "../source/source.ts";
import type { Version } from "../version.ts";
import type { CheckFinding } from "./check-finding.ts";
import { compareStructures } from "./compare-structures.ts";
import type { TrialDatabase } from "./trial-database.ts";

/** What was found in the files of one version. */
export interface CheckedVersion {
	readonly findings: readonly CheckFinding[];
	/** Whether the trial database is at the version now; otherwise no higher one can be tried. */
	readonly reached: boolean;
}

/** Goes up to a version, down and up again, and asks the rules of both files. The database is at the version below. */
export async function checkVersion(source: Source, database: TrialDatabase, version: Version): Promise<CheckedVersion> {
	const up = await source.readUp(version);
	const before = await database.structure();
	const effects = up && (await database.effects(up, "up"));
	const findings = up === undefined ? [] : [...rulesOf(up, effects)];
	if (effects?.fails) return { findings, reached: false };
	const failure = await database.up(version);
	if (failure !== undefined) {
		return { findings: [...findings, failed(up, failure)], reached: false };
	}
	const down = await source.readDown(version);
	if (down !== undefined) {
		const allows = effects?.allows ?? [];
		findings.push(...(await checkDown({ database, version, before, up, down, allows })));
	}
	return { findings, reached: true };
}

interface DownCheck {
	readonly database: TrialDatabase;
	readonly version: Version;
	/** The structure before the up. */
	readonly before: readonly string[];
	readonly up: MigrationFile | undefined;
	readonly down: MigrationFile;
	/** The rules that the up file may break, and so its down. */
	readonly allows: readonly string[];
}

async function checkDown(check: DownCheck): Promise<readonly CheckFinding[]> {
	const { database, version, before, down } = check;
	const after = await database.structure();
	const effects = await database.effects(down, "down");
	const allows = new Set([...check.allows, ...(effects?.allows ?? [])]);
	// What is good to know of an up is noise of a down, which takes things away.
	const findings = effects?.fails ? [] : rulesOf(down, effects).filter(({ level }) => level !== "note");
	const failure = await database.down();
	if (failure !== undefined) {
		await database.restart(version);
		findings.push({ ...failed(down, failure), rule: "down-fails" });
	} else {
		const difference = compareStructures(before, after, await database.structure());
		if (difference !== undefined) findings.push({ ...difference, location: down.location });
		// What is there still cannot be made again.
		if (difference?.rule === "down-does-nothing") await database.restart(version);
		else findings.push(...(await upAgain(check)));
	}
	return findings.filter(({ rule }) => !allows.has(rule));
}

async function upAgain({ database, version, up, down }: DownCheck): Promise<readonly CheckFinding[]> {
	const failure = await database.up(version);
	if (failure === undefined) return [];
	await database.restart(version);
	const { message, line, column } = failed(up, failure);
	const place = line === undefined ? "" : ` at ${up?.location}:${line}:${column}`;
	const what = `after this down the up fails${place}: ${message}`;
	return [{ rule: "down-is-not-inverse", level: "error", location: down.location, message: what }];
}

function rulesOf({ location }: MigrationFile, effects: FileEffects | undefined): readonly CheckFinding[] {
	return (effects?.findings ?? []).map((finding) => ({ ...finding, location }));
}

/** A file that reaches other files cannot be tried, which is no fault of it. */
function failed(file: MigrationFile | undefined, failure: unknown): CheckFinding {
	const message = isError(failure) ? failure.message : String(failure);
	const details = (isMigrateError(failure) ? failure.details : {}) as {
		readonly line?: number;
		readonly column?: number;
	};
	const place = { location: file?.location, line: details?.line, column: details?.column };
	if (isMigrateError(failure, "ERR_DATABASE")) {
		const what = `this cannot be tried on an empty database, and neither can what comes after it: ${message}`;
		return { rule: "not-tried", level: "warning", ...place, message: what };
	}
	return { rule: "fails", level: "error", ...place, message };
}
