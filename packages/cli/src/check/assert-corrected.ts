import { type CheckFinding, type CorrectedSource, check, type Driver } from "@godwit/core";
import { CommandError } from "../command-line/command-error.ts";

/** What is found in a down file that does not run, or after which the up does not. */
const DOWN_FAILS = new Set(["down-fails", "down-is-not-inverse"]);

/**
 * Runs all migrations as they are corrected.
 *
 * @throws CommandError when an up fails, or the down of a version of which a file is corrected. A correction changes no name, so
 *   that the downs of other versions do what they did.
 */
export async function assertCorrected(corrected: CorrectedSource, driver: Driver): Promise<void> {
	const { stoppedAt, findings } = await check(corrected.source, driver);
	if (stoppedAt !== undefined) {
		const untried = findings.find(({ rule }) => rule === "not-tried");
		if (untried !== undefined) throw refused(`version ${stoppedAt} cannot be tried`, untried);
		const reason = findings.findLast(({ level }) => level === "error");
		throw refused(`version ${stoppedAt} fails all the same`, reason);
	}
	const errors = findings.filter(({ level, rule }) => level === "error" && DOWN_FAILS.has(rule));
	const files = new Set(corrected.files.map(({ file }) => file.location));
	for (const version of await corrected.source.versions()) {
		const [up, down] = [await corrected.source.readUp(version), await corrected.source.readDown(version)];
		const fault = errors.find(({ location }) => location === down?.location);
		const touched = [up, down].some((file) => file !== undefined && files.has(file.location));
		if (touched && fault !== undefined) throw refused(`the down of version ${version} fails then`, fault);
	}
}

function refused(what: string, reason: CheckFinding | undefined): CommandError {
	const place = [reason?.location, reason?.line, reason?.column].filter((part) => part !== undefined).join(":");
	return new CommandError(`nothing was fixed, since ${what}: ${place} ${reason?.message}; correct that first`);
}
