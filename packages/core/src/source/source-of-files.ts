import type { MigrationBody } from "../body/migration-body.ts";
import { MigrateError } from "../migrate-error.ts";
import type { Direction, MigrationFile } from "../migration.ts";
import { withoutControlCharacters } from "../url/control-character.ts";
import { compareVersions, type Version } from "../version.ts";
import { parseMigrationName } from "./migration-name.ts";
import { parseSeal, SEAL_NAME, type Seal } from "./seal.ts";
import type { Source } from "./source.ts";

/** What is known of a file of a source before it is read. */
export interface SourceFile {
	/** Names the file for messages. */
	readonly location: string;
	readonly body: MigrationBody;
}

/**
 * Makes a source of named files, from whatever store they come. Go: source.Migrations and iofs.PartialDriver.
 *
 * @param location Names the place for messages.
 * @param names Of all files there, in any order; a name decides whether its file is a migration. Folders in it do not count.
 * @param fileOf Called with a name, as it was given, each time that its file is asked for.
 * @throws MigrateError `ERR_DUPLICATE_MIGRATION` for two files of one version and direction; `ERR_MIGRATION_NAME`
 *   for names that look like a migration's and do not parse.
 */
export function sourceOfFiles(location: string, names: Iterable<string>, fileOf: (name: string) => SourceFile): Source {
	const entries: Entry[] = [];
	let seal: string | undefined;
	const invalidNames: InvalidName[] = [];

	function place(entry: Entry, direction: Direction, name: string): void {
		const earlier = entry[direction];
		if (earlier !== undefined) throw duplicate(location, entry.version, direction, [earlier, name], fileOf);
		entry[direction] = name;
	}

	/** A list is quicker than a Map of ten thousand bigints; files of a version that others parted meet after the sort. */
	function joined(): readonly Entry[] {
		const migrations: Entry[] = [];
		for (const { version, up, down } of entries.sort((a, b) => compareVersions(a.version, b.version))) {
			const entry = entryAtEnd(migrations, version);
			if (up !== undefined) place(entry, "up", up);
			if (down !== undefined) place(entry, "down", down);
		}
		return migrations;
	}

	for (const name of names) {
		const fileName = withoutFolders(name);
		const verdict = parseMigrationName(fileName);
		if (verdict.kind === "invalid") invalidNames.push({ name: fileName, reason: verdict.reason });
		if (fileName === SEAL_NAME) seal = name;
		if (verdict.kind !== "migration") continue;
		const { version, direction } = verdict.name;
		place(entryAtEnd(entries, version), direction, name);
	}
	const migrations = isAscending(entries) ? entries : joined();
	if (invalidNames.length > 0) throw badNames(location, invalidNames);

	function read(version: Version, direction: Direction): MigrationFile | undefined {
		const name = find(migrations, version)?.[direction];
		return name === undefined ? undefined : migrationFile(name, fileOf(name));
	}

	async function readSeal(): Promise<Seal | undefined> {
		if (seal === undefined) return undefined;
		const { location, body } = fileOf(seal);
		return parseSeal(await body.text(), location);
	}

	return {
		location,
		versions: async () => migrations.map(({ version }) => version),
		readUp: async (version) => read(version, "up"),
		readDown: async (version) => read(version, "down"),
		readSeal,
		close: async () => {},
		[Symbol.asyncDispose]: async () => {},
	};
}

interface InvalidName {
	readonly name: string;
	readonly reason: string;
}

interface Entry {
	readonly version: Version;
	/** Names as they were given. */
	up: string | undefined;
	down: string | undefined;
}

function withoutFolders(name: string): string {
	return name.includes("/") ? name.slice(name.lastIndexOf("/") + 1) : name;
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

function migrationFile(givenName: string, { location, body }: SourceFile): MigrationFile | undefined {
	const name = withoutFolders(givenName);
	const verdict = parseMigrationName(name);
	if (verdict.kind !== "migration") return undefined;
	// A terminal obeys control characters, and a line end would begin a line of its own in a message.
	const identifier = withoutControlCharacters(verdict.name.identifier);
	return { identifier, name, location: withoutControlCharacters(location), body };
}

function isAscending(entries: readonly Entry[]): boolean {
	return entries.every((entry, index) => index === 0 || (entries[index - 1] as Entry).version < entry.version);
}

function duplicate(
	location: string,
	version: Version,
	direction: Direction,
	names: readonly string[],
	fileOf: (name: string) => SourceFile,
): MigrateError<"ERR_DUPLICATE_MIGRATION"> {
	const places = names.map((name) => withoutControlCharacters(fileOf(name).location)).join(" and ");
	return new MigrateError(
		"ERR_DUPLICATE_MIGRATION",
		`two ${direction} migrations have version ${version} in ${location}: ${places}; give one another version`,
		{ version, direction, names: names.map(withoutFolders) },
	);
}

function badNames(location: string, invalidNames: readonly InvalidName[]): MigrateError<"ERR_MIGRATION_NAME"> {
	const lines = invalidNames.map(({ name, reason }) => `${withoutControlCharacters(name)}: ${reason}`);
	return new MigrateError(
		"ERR_MIGRATION_NAME",
		`cannot tell what these files in ${location} are; rename or remove them\n${lines.join("\n")}`,
		{ names: invalidNames.map(({ name }) => name) },
	);
}
