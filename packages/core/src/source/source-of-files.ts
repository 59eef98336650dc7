import type { MigrationBody } from "../body/migration-body.ts";
import { MigrateError } from "../migrate-error.ts";
import type { Direction, MigrationFile } from "../migration.ts";
import { withoutControlCharacters } from "../url/control-character.ts";
import type { Version } from "../version.ts";
import { parseMigrationName } from "./migration-name.ts";
import { parseSeal, SEAL_NAME } from "./seal.ts";
import type { Source } from "./source.ts";

/** A file that may be a migration; its name decides. */
export interface NamedFile {
	/** The name without folder; the other members are asked for when the migration is. */
	readonly name: string;
	readonly location: string;
	readonly body: MigrationBody;
}

/**
 * Makes a source of named files, from whatever store they come. Go: source.Migrations and iofs.PartialDriver.
 *
 * @param location Names the place for messages.
 * @throws MigrateError `ERR_DUPLICATE_MIGRATION` for two files of one version and direction; `ERR_MIGRATION_NAME`
 *   for names that look like a migration's and do not parse.
 */
export function sourceOfFiles(location: string, files: Iterable<NamedFile>): Source {
	const entries: Entry[] = [];
	let seal: NamedFile | undefined;
	const invalidNames: { readonly name: string; readonly reason: string }[] = [];

	function place(entry: Entry, direction: Direction, file: NamedFile): void {
		const earlier = entry[direction];
		if (earlier !== undefined) throw duplicate(location, entry.version, direction, [earlier, file]);
		entry[direction] = file;
	}

	for (const file of files) {
		const verdict = parseMigrationName(file.name);
		if (verdict.kind === "invalid") invalidNames.push({ name: file.name, reason: verdict.reason });
		if (file.name === SEAL_NAME) seal = file;
		if (verdict.kind !== "migration") continue;
		const { version, direction } = verdict.name;
		place(entryAtEnd(entries, version), direction, file);
	}
	// A list is quicker than a Map of ten thousand bigints; files of a version that others parted meet after the sort.
	entries.sort(ascending);
	const migrations: Entry[] = [];
	for (const { version, up, down } of entries) {
		const entry = entryAtEnd(migrations, version);
		if (up !== undefined) place(entry, "up", up);
		if (down !== undefined) place(entry, "down", down);
	}
	if (invalidNames.length > 0) throw badNames(location, invalidNames);

	return {
		location,
		versions: async () => migrations.map(({ version }) => version),
		readUp: async (version) => migrationFile(find(migrations, version)?.up),
		readDown: async (version) => migrationFile(find(migrations, version)?.down),
		readSeal: async () => seal && parseSeal(await seal.body.text(), seal.location),
		close: async () => {},
		[Symbol.asyncDispose]: async () => {},
	};
}

interface Entry {
	readonly version: Version;
	up: NamedFile | undefined;
	down: NamedFile | undefined;
}

/** The last entry if it is the version's, else a new one behind it. */
function entryAtEnd(entries: Entry[], version: Version): Entry {
	const last = entries.at(-1);
	if (last?.version === version) return last;
	const entry: Entry = { version, up: undefined, down: undefined };
	entries.push(entry);
	return entry;
}

/** Binary search. */
function find(migrations: readonly Entry[], version: Version): Entry | undefined {
	let low = 0;
	let high = migrations.length - 1;
	while (low <= high) {
		const middle = (low + high) >> 1;
		const entry = migrations[middle] as Entry;
		if (entry.version === version) return entry;
		if (entry.version < version) low = middle + 1;
		else high = middle - 1;
	}
	return undefined;
}

function migrationFile(file: NamedFile | undefined): MigrationFile | undefined {
	if (file === undefined) return undefined;
	const verdict = parseMigrationName(file.name);
	if (verdict.kind !== "migration") return undefined;
	const { name, location, body } = file;
	// A terminal obeys control characters, and a line end would begin a line of its own in a message.
	const identifier = withoutControlCharacters(verdict.name.identifier);
	return { identifier, name, location: withoutControlCharacters(location), body };
}

function ascending(a: Entry, b: Entry): number {
	if (a.version === b.version) return 0;
	return a.version < b.version ? -1 : 1;
}

function duplicate(
	location: string,
	version: Version,
	direction: Direction,
	files: readonly NamedFile[],
): MigrateError<"ERR_DUPLICATE_MIGRATION"> {
	const places = files.map((file) => withoutControlCharacters(file.location)).join(" and ");
	return new MigrateError(
		"ERR_DUPLICATE_MIGRATION",
		`two ${direction} migrations have version ${version} in ${location}: ${places}; give one another version`,
		{ version, direction, names: files.map(({ name }) => name) },
	);
}

function badNames(
	location: string,
	invalidNames: readonly { readonly name: string; readonly reason: string }[],
): MigrateError<"ERR_MIGRATION_NAME"> {
	const lines = invalidNames.map(({ name, reason }) => `${withoutControlCharacters(name)}: ${reason}`);
	return new MigrateError(
		"ERR_MIGRATION_NAME",
		`cannot tell what these files in ${location} are; rename or remove them\n${lines.join("\n")}`,
		{ names: invalidNames.map(({ name }) => name) },
	);
}
