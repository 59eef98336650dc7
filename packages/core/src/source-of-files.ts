import { MigrateError } from "./migrate-error.ts";
import type { Direction, MigrationFile } from "./migration.ts";
import type { MigrationBody } from "./migration-body.ts";
import { parseMigrationName } from "./migration-name.ts";
import type { Source } from "./source.ts";
import type { Version } from "./version.ts";

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
	const byVersion = new Map<Version, Entry>();
	const suspects: { readonly name: string; readonly reason: string }[] = [];
	let entry: Entry | undefined;
	for (const file of files) {
		const verdict = parseMigrationName(file.name);
		if (verdict.kind === "suspect") suspects.push({ name: file.name, reason: verdict.reason });
		if (verdict.kind !== "migration") continue;
		const { version, direction } = verdict.name;
		// Most often the two files of a version come one after the other.
		if (entry?.version !== version) entry = byVersion.get(version);
		if (entry === undefined) {
			entry = { version, position: 0, up: undefined, down: undefined };
			byVersion.set(version, entry);
		}
		const earlier = entry[direction];
		if (earlier !== undefined) throw duplicate(location, version, direction, [earlier, file]);
		entry[direction] = file;
	}
	if (suspects.length > 0) throw badNames(location, suspects);

	const entries = [...byVersion.values()].sort(ascending);
	for (const [position, entry] of entries.entries()) entry.position = position;

	function neighbour(version: Version, offset: number): Version | undefined {
		const entry = byVersion.get(version);
		return entry === undefined ? undefined : entries[entry.position + offset]?.version;
	}

	return {
		location,
		first: async () => entries[0]?.version,
		prev: async (version) => neighbour(version, -1),
		next: async (version) => neighbour(version, +1),
		readUp: async (version) => migrationFile(byVersion.get(version)?.up),
		readDown: async (version) => migrationFile(byVersion.get(version)?.down),
		close: async () => {},
		[Symbol.asyncDispose]: async () => {},
	};
}

interface Entry {
	readonly version: Version;
	/** Its place among the versions in ascending order. */
	position: number;
	up: NamedFile | undefined;
	down: NamedFile | undefined;
}

function migrationFile(file: NamedFile | undefined): MigrationFile | undefined {
	if (file === undefined) return undefined;
	const verdict = parseMigrationName(file.name);
	if (verdict.kind !== "migration") return undefined;
	return { identifier: verdict.name.identifier, location: file.location, body: file.body };
}

function ascending(a: Entry, b: Entry): number {
	return a.version < b.version ? -1 : 1;
}

function duplicate(
	location: string,
	version: Version,
	direction: Direction,
	files: readonly NamedFile[],
): MigrateError<"ERR_DUPLICATE_MIGRATION"> {
	const places = files.map((file) => file.location).join(" and ");
	return new MigrateError(
		"ERR_DUPLICATE_MIGRATION",
		`two ${direction} migrations have version ${version} in ${location}: ${places}; give one another version`,
		{ version, direction, names: files.map(({ name }) => name) },
	);
}

function badNames(
	location: string,
	suspects: readonly { readonly name: string; readonly reason: string }[],
): MigrateError<"ERR_MIGRATION_NAME"> {
	const lines = suspects.map(({ name, reason }) => `${name}: ${reason}`);
	return new MigrateError(
		"ERR_MIGRATION_NAME",
		`cannot tell what these files in ${location} are; rename or remove them\n${lines.join("\n")}`,
		{ names: suspects.map(({ name }) => name) },
	);
}
