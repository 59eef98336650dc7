import type { CheckFinding } from "./check-finding.ts";

/** How a down has left a database, next to how it was before the up. */
export type Difference = Pick<CheckFinding, "rule" | "level" | "message">;

const MAX_SHOWN = 3;

/**
 * Compares the structure before an up with the one after its down.
 *
 * @param up The structure between the two.
 * @returns undefined when they are the same.
 */
export function compareStructures(
	before: readonly string[],
	up: readonly string[],
	after: readonly string[],
): Difference | undefined {
	const missing = without(before, after);
	const extra = without(after, before);
	if (missing.length === 0 && extra.length === 0) return undefined;
	if (without(up, after).length === 0 && without(after, up).length === 0) {
		const message =
			"this down does nothing: after it everything that the up has made is there still; write what reverts it";
		return { rule: "down-does-nothing", level: "note", message };
	}
	const lines = [...missing.map((line) => `missing: ${line}`), ...extra.map((line) => `too much: ${line}`)];
	const hard = lines.some((line) => !/^(missing|too much): detail /.test(line));
	const more = lines.length > MAX_SHOWN ? `; and ${lines.length - MAX_SHOWN} more` : "";
	const message = `after up and down the database is not as it was before: ${lines.slice(0, MAX_SHOWN).join("; ")}${more}`;
	return { rule: "down-is-not-inverse", level: hard ? "warning" : "note", message };
}

function without(lines: readonly string[], others: readonly string[]): readonly string[] {
	const known = new Set(others);
	return lines.filter((line) => !known.has(line));
}
