import { type Direction, NIL_VERSION, type Version } from "@godwit/core";
import fc from "fast-check";
import { anyVersion } from "../../any-version.ts";
import type { Dialect } from "../../driver-laws/driver-harness.ts";
import { type Script, scriptText, scriptToString } from "../../memory/script.ts";

/** One migration whose effect is known. */
export interface SetMigration {
	readonly version: Version;
	readonly up?: Script | undefined;
	readonly down?: Script | undefined;
	/** Asks to run outside a transaction. */
	readonly noTransaction: boolean;
}

/** Ascending, without duplicates. */
export type MigrationSet = readonly SetMigration[];

/** The title of every migration in a set. */
export const IDENTIFIER = "m";

/** What a migration of a set creates. */
export function objectOf(version: Version): string {
	return `m${version}`;
}

/** Migrations that each create an object, and drop it on the way down. */
export function reversibleSet(versions: Iterable<Version>): MigrationSet {
	return [...versions].sort(ascending).map((version) => ({
		version,
		up: [{ verb: "create", name: objectOf(version) }],
		down: [{ verb: "drop", name: objectOf(version) }],
		noTransaction: false,
	}));
}

/** Makes one direction of one migration fail. */
export function failing(set: MigrationSet, version: Version, direction: Direction): MigrationSet {
	return set.map((migration) =>
		migration.version === version ? { ...migration, [direction]: [{ verb: "fail" }] } : migration,
	);
}

/** Writes a set as files, for `memorySource`. */
export function migrationFiles(dialect: Dialect, set: MigrationSet): Record<string, string> {
	const files: Record<string, string> = {};
	for (const migration of set) {
		for (const direction of ["up", "down"] as const) {
			const text = migrationText(dialect, migration, direction);
			if (text !== undefined) files[`${migration.version}_${IDENTIFIER}.${direction}.sql`] = text;
		}
	}
	return files;
}

export function migrationText(dialect: Dialect, migration: SetMigration, direction: Direction): string | undefined {
	const script = migration[direction];
	if (script === undefined) return undefined;
	const text = scriptText(dialect, script);
	return migration.noTransaction ? (dialect.noTransaction?.(text) ?? text) : text;
}

export interface AnySetOptions {
	/** Whether a failing body may have done something before it fails. */
	readonly atomic: boolean;
	/** Whether a body can ask to run outside a transaction. */
	readonly noTransaction: boolean;
}

/** Any set of up to six migrations: gaps, one direction only, failing bodies, bodies that get into each other's way. */
export function anyMigrationSet({ atomic, noTransaction }: AnySetOptions): fc.Arbitrary<MigrationSet> {
	const how = fc.oneof(
		{ weight: 8, arbitrary: fc.constant("works" as const) },
		{ weight: 1, arbitrary: fc.constant("fails" as const) },
		{ weight: 1, arbitrary: fc.constant("missing" as const) },
	);
	const anyKind = fc.record({
		up: how,
		down: how,
		shared: fc.oneof({ weight: 5, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
		noTransaction: noTransaction ? fc.constantFrom(false, false, false, true) : fc.constant(false),
	});
	const anyMigration = fc.tuple(anyVersion, anyKind).map(([version, kind]): SetMigration => {
		const name = kind.shared ? "shared" : objectOf(version);
		const script = (how: string, verb: "create" | "drop"): Script | undefined => {
			if (how === "missing") return undefined;
			if (how === "works") return [{ verb, name }];
			return atomic && !kind.noTransaction ? [{ verb, name }, { verb: "fail" }] : [{ verb: "fail" }];
		};
		// A migration has a file for one direction at least.
		const down = script(kind.down === "missing" && kind.up === "missing" ? "works" : kind.down, "drop");
		return { version, up: script(kind.up, "create"), down, noTransaction: kind.noTransaction };
	});
	const anyMigrations = (minLength: number): fc.Arbitrary<SetMigration[]> =>
		fc.uniqueArray(anyMigration, { selector: ({ version }) => version, minLength, maxLength: 6, size: "max" });
	return fc.oneof({ weight: 9, arbitrary: anyMigrations(2) }, { weight: 1, arbitrary: anyMigrations(0) }).map((set) => {
		const sorted = set.toSorted((a, b) => ascending(a.version, b.version));
		return Object.assign(sorted, { [fc.toStringMethod]: () => setToString(sorted) });
	});
}

/** For counterexamples: `[1 up: create m1; 1 down: drop m1; 3 up: fail]`. */
function setToString(set: MigrationSet): string {
	const bodies = set.flatMap(({ version, up, down, noTransaction }) => {
		const mark = noTransaction ? " outside a transaction" : "";
		return [
			up === undefined ? [] : [`${version} up${mark}: ${scriptToString(up)}`],
			down === undefined ? [] : [`${version} down${mark}: ${scriptToString(down)}`],
		].flat();
	});
	return `[${bodies.join("; ")}]`;
}

/** The version that a database is at after `version` was reverted. */
export function versionBelow(set: MigrationSet, version: Version): Version {
	return set.findLast((migration) => migration.version < version)?.version ?? NIL_VERSION;
}

function ascending(a: Version, b: Version): number {
	return a < b ? -1 : a > b ? 1 : 0;
}
