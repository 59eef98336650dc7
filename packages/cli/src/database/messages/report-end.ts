import type { MigrationReport, MigrationUnderWay, Version } from "@godwit/core";
import type { Invocation } from "../../command-line/command.ts";
import { CommandError } from "../../command-line/command-error.ts";
import { jsonResult } from "../../output/json/json-result.ts";
import { EXIT_STOPPED } from "../stop-on-signal.ts";

/**
 * Says how an operation ended, beyond the lines of its migrations.
 *
 * @param direction Where missing steps would have led.
 * @returns The exit code.
 * @throws CommandError when fewer migrations were there than asked for. Go: ErrShortLimit and os.ErrNotExist.
 */
export function reportEnd(report: MigrationReport, direction: "up" | "down", invocation: Invocation): number {
	const { applied, missingSteps, stopped, to, underWay } = report;
	const asJson = invocation.line.is("json");
	const { line } = invocation.terminal;
	if (asJson && (stopped || missingSteps === 0)) {
		invocation.print(jsonResult(report));
		return stopped ? EXIT_STOPPED : 0;
	}
	if (stopped) {
		const changed = applied.length === 0 ? "; nothing was changed" : "";
		line(`Stopped ${place(to)} with migrations left${underWay === undefined ? changed : goingOn(underWay)}`);
		return EXIT_STOPPED;
	}
	if (missingSteps > 0 && applied.length === 0) {
		throw new CommandError(`there is no migration to ${direction === "up" ? "apply" : "revert"} ${place(to)}`);
	}
	if (missingSteps > 0) throw new CommandError(`limit ${missingSteps} short`);
	if (applied.length === 0) line("no change");
	return 0;
}

function goingOn({ version, direction, identifier, rows }: MigrationUnderWay): string {
	const step = `${version}/${direction === "up" ? "u" : "d"} ${identifier}`;
	return `; ${step} is under way, its rounds have changed ${rows} rows, and the next ${direction} goes on with it`;
}

function place(version: Version): string {
	return version < 0n ? "before the first migration" : `at version ${version}`;
}
