import type { Direction } from "../migration.ts";
import { MAX_VERSION, type Version } from "../version.ts";

export interface MigrationName {
	readonly version: Version;
	readonly direction: Direction;
	/** The title; may be empty. */
	readonly identifier: string;
}

/** What a file name is: that of a migration, of another file, or a mistake to report. */
export type NameVerdict =
	| { readonly kind: "migration"; readonly name: MigrationName }
	| { readonly kind: "other" }
	| { readonly kind: "invalid"; readonly reason: string };

/** Names that somebody most likely meant as a migration's. */
const LOOKS_LIKE_ONE = /\.(up|down)(\.|$)|^[0-9].*\.sql/is;

/** What a runtime would run as code. Any other extension is SQL, as for golang-migrate. */
const SCRIPT = /\.[cm]?[jt]s$/i;

const BACKUP = /(~|\.(bak|backup|old|orig|rej|sw[a-p]|tmp))$/i;

/**
 * Reads a file name by golang-migrate's rule `VERSION_TITLE.up.EXTENSION`.
 *
 * Go skips what it cannot read; here a name that looks like a migration's and is not one, or that is an editor's or a
 * merge tool's copy of one, is `invalid`. Hidden files are ignored.
 */
export function parseMigrationName(fileName: string): NameVerdict {
	// Asked first: in a folder of migrations nearly every name is one.
	const name = readName(fileName);
	if (name === undefined && (fileName.startsWith(".") || !LOOKS_LIKE_ONE.test(fileName))) return { kind: "other" };
	if (!fileName.endsWith(".sql") && BACKUP.test(fileName)) {
		return { kind: "invalid", reason: "it looks like a backup copy of a migration" };
	}
	if (!fileName.endsWith(".sql") && SCRIPT.test(fileName)) {
		return { kind: "invalid", reason: "migrations in code are not supported yet, and it would run as SQL" };
	}
	if (name === undefined) return { kind: "invalid", reason: "its name is not VERSION_TITLE.up.EXT or .down.EXT" };
	if (name.version > MAX_VERSION) return { kind: "invalid", reason: `its version is over ${MAX_VERSION} (2^63-1)` };
	return { kind: "migration", name };
}

/**
 * Go: source.Regex, `^([0-9]+)_(.*)\.(down|up)\.(.*)$`, where a dot is no line feed. Any extension; leading zeros do not
 * count; the title is greedy, so `1_a.up.down.sql` goes down. An idle start does little else than this, ten thousand
 * times, and reading the characters is quicker than the regular expression.
 */
function readName(fileName: string): MigrationName | undefined {
	let end = 0;
	let value = 0;
	for (let code = fileName.charCodeAt(0); code >= ZERO && code <= NINE; code = fileName.charCodeAt(++end)) {
		value = value * 10 + (code - ZERO);
	}
	if (end === 0 || fileName.charCodeAt(end) !== UNDERSCORE) return undefined;
	let direction: Direction | undefined;
	let titleEnd = 0;
	let dot = 0;
	for (let at = end + 1; at < fileName.length; at++) {
		const code = fileName.charCodeAt(at);
		if (code === LINE_FEED) return undefined;
		if (code !== DOT) continue;
		const word = dot === 0 ? undefined : directionAt(fileName, dot + 1, at);
		if (word !== undefined) {
			direction = word;
			titleEnd = dot;
		}
		dot = at;
	}
	if (direction === undefined) return undefined;
	const version = Number.isSafeInteger(value) ? BigInt(value) : BigInt(fileName.slice(0, end));
	return { version, direction, identifier: fileName.slice(end + 1, titleEnd) };
}

function directionAt(fileName: string, start: number, end: number): Direction | undefined {
	if (end - start === 2 && fileName.startsWith("up", start)) return "up";
	if (end - start === 4 && fileName.startsWith("down", start)) return "down";
	return undefined;
}

const ZERO = "0".charCodeAt(0);
const NINE = "9".charCodeAt(0);
const UNDERSCORE = "_".charCodeAt(0);
const DOT = ".".charCodeAt(0);
const LINE_FEED = "\n".charCodeAt(0);
