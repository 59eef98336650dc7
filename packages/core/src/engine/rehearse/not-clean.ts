import { MigrateError } from "../../migrate-error.ts";
import type { RehearsalFinding, RehearsalReport } from "./rehearsal-report.ts";

/** The error of an operation whose rehearsal has found an error. */
export function notClean({ findings }: RehearsalReport): MigrateError<"ERR_REHEARSAL"> {
	const errors = findings.filter(({ level }) => level === "error");
	const [first] = errors;
	const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : "";
	const message = `the rehearsal on a copy was not clean, and nothing was changed: ${first && described(first)}${more}`;
	return new MigrateError("ERR_REHEARSAL", message, { findings: errors });
}

function described({ location, line, column, rule, message }: RehearsalFinding): string {
	const place = [location, line, column].filter((part) => part !== undefined).join(":");
	return `${place === "" ? "" : `${place}: `}${rule}: ${message}`;
}
