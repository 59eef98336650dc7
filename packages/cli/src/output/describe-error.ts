import { inspect } from "node:util";
import { isMigrateError } from "@godwit/core";
import { excerpt, type Place } from "./text/excerpt.ts";

export interface ErrorDescription {
	/** Adds where in the program the error comes from. */
	readonly stack: boolean;
}

/** Longer lists lose their middle. */
const MAX_LINES = 6;

/** Says in one to six lines what went wrong, where, and what to do next; the first begins with `error: `. */
export async function describeError(error: unknown, { stack }: ErrorDescription): Promise<string> {
	const message = messageOf(error);
	const lines = message === "" ? [inspect(error)] : message.split("\n");
	const last: string[] = [];
	if (isMigrateError(error, "ERR_MIGRATION_FAILED") || isMigrateError(error, "ERR_OUTCOME_UNKNOWN")) {
		// It says what the database is like now, and what to do.
		last.push(...lines.splice(lines.length - 1));
		const place = placeOf(isMigrateError(error.cause) ? error.cause.details : undefined);
		const shown = place === undefined ? undefined : await excerpt(error.details.location, place);
		if (shown !== undefined) lines.push(...shown.split("\n"));
	}
	for (const later of laterFailures(error)) lines.push(...`then: ${messageOf(later)}`.split("\n"));
	lines.push(...last);
	const left = lines.length - MAX_LINES;
	if (left > 0) lines.splice(MAX_LINES - 2, left + 1, `... and ${left + 1} lines more`);
	const text = `error: ${lines.join("\n")}`;
	return stack ? `${text}\n${inspect(error)}` : text;
}

function messageOf(error: unknown): string {
	if (error instanceof Error) return error.message;
	return typeof error === "string" ? error : inspect(error);
}

/** What failed after the error, or after what caused it. */
function laterFailures(error: unknown): readonly unknown[] {
	if (!(error instanceof Error)) return [];
	const own = "suppressed" in error ? error.suppressed : error instanceof AggregateError ? error.errors : [];
	// The first of several is the message already.
	const later = Array.isArray(own) ? own.filter((failure) => messageOf(failure) !== error.message) : [];
	return [...laterFailures(error.cause), ...later];
}

function placeOf(details: unknown): Place | undefined {
	const { line, column } = (details ?? {}) as { readonly line?: unknown; readonly column?: unknown };
	return typeof line === "number" ? { line, column: typeof column === "number" ? column : 1 } : undefined;
}
