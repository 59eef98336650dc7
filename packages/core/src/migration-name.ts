import type { Direction } from "./migration.ts";
import { MAX_VERSION, type Version } from "./version.ts";

export interface MigrationName {
	readonly version: Version;
	readonly direction: Direction;
	/** The title; may be empty. */
	readonly identifier: string;
}

/** What a file name is: a migration's, nobody's business, or a mistake that a person should hear of. */
export type NameVerdict =
	| { readonly kind: "migration"; readonly name: MigrationName }
	| { readonly kind: "other" }
	| { readonly kind: "suspect"; readonly reason: string };

/** Names that somebody most likely meant as a migration's. */
const LOOKS_LIKE_ONE = /\.(up|down)(\.|$)|^[0-9].*\.sql/is;

const BACKUP = /(~|\.(bak|backup|old|orig|rej|sw[a-p]|tmp))$/i;

/**
 * Reads a file name by golang-migrate's rule `VERSION_TITLE.up.EXTENSION`.
 *
 * Go skips what it cannot read; here a name that looks like a migration's and is not one, or that is an editor's or a
 * merge tool's copy of one, is `suspect`. Hidden files are nobody's business.
 */
export function parseMigrationName(fileName: string): NameVerdict {
	// Asked first: in a folder of migrations nearly every name is one.
	const parts = partsOf(fileName);
	if (parts === undefined && (fileName.startsWith(".") || !LOOKS_LIKE_ONE.test(fileName))) return { kind: "other" };
	if (!fileName.endsWith(".sql") && BACKUP.test(fileName)) {
		return { kind: "suspect", reason: "it looks like a backup copy of a migration" };
	}
	if (parts === undefined) return { kind: "suspect", reason: "its name is not VERSION_TITLE.up.EXT or .down.EXT" };
	const version = BigInt(parts.digits);
	if (version > MAX_VERSION) return { kind: "suspect", reason: `its version is over ${MAX_VERSION} (2^63-1)` };
	return { kind: "migration", name: { version, direction: parts.direction, identifier: parts.identifier } };
}

interface NameParts {
	readonly digits: string;
	readonly identifier: string;
	readonly direction: Direction;
}

/**
 * Go: source.Regex, `^([0-9]+)_(.*)\.(down|up)\.(.*)$`, where a dot is no line feed. Any extension; leading zeros do not
 * count; the title is greedy, so `1_a.up.down.sql` goes down. An idle start does little else than this, ten thousand
 * times, and searching is quicker than the regular expression.
 */
function partsOf(fileName: string): NameParts | undefined {
	let end = 0;
	while (isDigit(fileName.charCodeAt(end))) end++;
	if (end === 0 || fileName[end] !== "_") return undefined;
	const up = fileName.lastIndexOf(".up.");
	const down = fileName.lastIndexOf(".down.");
	const dot = Math.max(up, down);
	if (dot < end || fileName.includes("\n")) return undefined;
	return {
		digits: fileName.slice(0, end),
		identifier: fileName.slice(end + 1, dot),
		direction: up > down ? "up" : "down",
	};
}

function isDigit(code: number): boolean {
	return code >= 48 && code <= 57;
}
