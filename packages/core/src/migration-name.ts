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

/** Go: source.Regex. Any extension; leading zeros do not count; the title is greedy, so `1_a.up.down.sql` goes down. */
const MIGRATION = /^([0-9]+)_([^\n]*)\.(down|up)\.([^\n]*)$/;

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
	const match = MIGRATION.exec(fileName);
	if (match === null && (fileName.startsWith(".") || !LOOKS_LIKE_ONE.test(fileName))) return { kind: "other" };
	if (BACKUP.test(fileName)) return { kind: "suspect", reason: "it looks like a backup copy of a migration" };
	if (match === null) return { kind: "suspect", reason: "its name is not VERSION_TITLE.up.EXT or .down.EXT" };
	const version = BigInt(match[1] ?? "");
	if (version > MAX_VERSION) return { kind: "suspect", reason: `its version is over ${MAX_VERSION} (2^63-1)` };
	return { kind: "migration", name: { version, direction: match[3] as Direction, identifier: match[2] ?? "" } };
}
