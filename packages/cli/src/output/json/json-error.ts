import { isMigrateError } from "@godwit/core";
import { json, messageOf } from "./json.ts";

/** The last line of anything that failed. @param hide Hides what is secret in a text of it. */
export function jsonError(error: unknown, hide: (text: string) => string = (text) => text): string {
	if (!isMigrateError(error)) return json({ type: "error", message: hide(messageOf(error)) });
	const { code, message } = error;
	// A report is of many migrations, which have had their lines.
	const { report: _, ...details } = (error.details ?? {}) as Record<string, unknown>;
	return json({ type: "error", code, message: hide(message), details: textsHidden(details, hide) });
}

function textsHidden(value: unknown, hide: (text: string) => string): unknown {
	if (typeof value === "string") return hide(value);
	if (Array.isArray(value)) return value.map((item) => textsHidden(item, hide));
	if (typeof value !== "object" || value === null) return value;
	return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, textsHidden(item, hide)]));
}
