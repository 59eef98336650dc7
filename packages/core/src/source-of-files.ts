import { MigrateError } from "./migrate-error.ts";
import type { Direction, MigrationFile } from "./migration.ts";
import type { MigrationBody } from "./migration-body.ts";
import { parseMigrationName } from "./migration-name.ts";
import type { Source } from "./source.ts";
import type { Version } from "./version.ts";

/** A file that may be a migration; its name decides. */
export interface NamedFile {
	/** The name without folder. */
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
	const byDirection = { up: new Map<Version, Entry>(), down: new Map<Version, Entry>() };
	const suspects: { readonly name: string; readonly reason: string }[] = [];
	for (const { name, location: fileLocation, body } of files) {
		const verdict = parseMigrationName(name);
		if (verdict.kind === "suspect") suspects.push({ name, reason: verdict.reason });
		if (verdict.kind !== "migration") continue;
		const { version, direction, identifier } = verdict.name;
		const earlier = byDirection[direction].get(version);
		const file = { identifier, location: fileLocation, body };
		if (earlier !== undefined) throw duplicate(location, version, direction, [earlier, { name, file }]);
		byDirection[direction].set(version, { name, file });
	}
	if (suspects.length > 0) throw badNames(location, suspects);

	const versions = [...new Set([...byDirection.up.keys(), ...byDirection.down.keys()])].sort(ascending);
	const positions = new Map(versions.map((version, position) => [version, position]));

	function neighbour(version: Version, offset: number): Version | undefined {
		const position = positions.get(version);
		return position === undefined ? undefined : versions[position + offset];
	}

	return {
		location,
		first: async () => versions[0],
		prev: async (version) => neighbour(version, -1),
		next: async (version) => neighbour(version, +1),
		readUp: async (version) => byDirection.up.get(version)?.file,
		readDown: async (version) => byDirection.down.get(version)?.file,
		close: async () => {},
		[Symbol.asyncDispose]: async () => {},
	};
}

interface Entry {
	readonly name: string;
	readonly file: MigrationFile;
}

function ascending(a: Version, b: Version): number {
	return a < b ? -1 : a > b ? 1 : 0;
}

function duplicate(
	location: string,
	version: Version,
	direction: Direction,
	entries: readonly Entry[],
): MigrateError<"ERR_DUPLICATE_MIGRATION"> {
	const places = entries.map(({ file }) => file.location).join(" and ");
	return new MigrateError(
		"ERR_DUPLICATE_MIGRATION",
		`two ${direction} migrations have version ${version} in ${location}: ${places}; give one another version`,
		{ version, direction, names: entries.map(({ name }) => name) },
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
