import { inspect } from "node:util";
import { excerpt, type Place } from "./excerpt.ts";

export interface ErrorDescription {
	/** Adds where in the program the error comes from. */
	readonly stack: boolean;
}

/** Longer lists lose their middle. */
const MAX_LINES = 6;

/** Says in one to six lines what went wrong, where, and what to do next; the first begins with `error: `. */
export async function describeError(error: unknown, { stack }: ErrorDescription): Promise<string> {
	const { isMigrateError } = await import("@godwit/core");
	const message = error instanceof Error ? error.message : String(error);
	const lines = message === "" ? [inspect(error)] : message.split("\n");
	if (isMigrateError(error, "ERR_MIGRATION_FAILED")) {
		const place = placeOf(isMigrateError(error.cause) ? error.cause.details : undefined);
		const shown = place === undefined ? undefined : await excerpt(error.details.location, place);
		// The last line says what the database is like now, and what to do.
		if (shown !== undefined) lines.splice(lines.length - 1, 0, ...shown.split("\n"));
	}
	if (isMigrateError(error)) {
		for (const later of error.suppressed) lines.push(`then: ${later instanceof Error ? later.message : String(later)}`);
	}
	const left = lines.length - MAX_LINES;
	if (left > 0) lines.splice(MAX_LINES - 2, left + 1, `... and ${left + 1} lines more`);
	const text = `error: ${lines.join("\n")}`;
	return stack ? `${text}\n${inspect(error)}` : text;
}

function placeOf(details: unknown): Place | undefined {
	const { line, column } = (details ?? {}) as { readonly line?: unknown; readonly column?: unknown };
	return typeof line === "number" ? { line, column: typeof column === "number" ? column : 1 } : undefined;
}
