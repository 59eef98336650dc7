import fc from "fast-check";
import { anyDown, anyUp, type Body } from "./bodies.ts";
import type { DifferenceId } from "./differences.ts";
import { type Operation, written } from "./tool.ts";

/** A migration as the files say it. */
export interface SetMigration {
	readonly version: bigint;
	readonly up: Body | undefined;
	readonly down: Body | undefined;
}

/** A folder of files, and what the files mean. */
export interface MigrationSet {
	readonly files: ReadonlyMap<string, Uint8Array>;
	/** Ascending by version. */
	readonly migrations: readonly SetMigration[];
	/** The difference by which godwit does not open the folder. */
	readonly refusedBy?: DifferenceId;
	/** Two files have one version and direction. */
	readonly duplicate: boolean;
}

export interface Step {
	readonly operation: Operation;
	/** Who does it where the two tools take turns. */
	readonly by: "golang-migrate" | "godwit";
}

export interface Sequence {
	readonly set: MigrationSet;
	readonly steps: readonly Step[];
}

const anyVersion = fc.oneof(
	{ weight: 6, arbitrary: fc.bigInt(0n, 12n) },
	{ weight: 2, arbitrary: fc.bigInt(10n ** 18n, 2n ** 63n - 1n) },
	{ weight: 1, arbitrary: fc.constantFrom(2n ** 53n, 2n ** 53n + 1n, 20261122165852n, 2n ** 63n - 1n) },
);

const anyTitle = fc.constantFrom("users", "", "two words", "größe 🐦", "a.up", "a.down", "%41", "_", "100%_#", "'q'");
const anyExtension = fc.constantFrom("sql", "sql", "SQL", "txt", "x.sql", "");

/** Names beside the migrations, and the difference by which godwit refuses each; without one both leave it alone. */
const BESIDE: readonly (readonly [name: string, refusedBy: DifferenceId | undefined])[] = [
	["README.md", undefined],
	["schema.sql", undefined],
	[".1_hidden.up.sql", undefined],
	["1_users.sql", "unreadable-names"],
	["1.up.sql", "unreadable-names"],
	["-1_users.up.sql", "unreadable-names"],
	["v1_users.up.sql", "unreadable-names"],
	["1_two\nlines.up.sql", "unreadable-names"],
	["18446744073709551616_over.up.sql", "versions-over-2-63"],
	["9223372036854775808_over.up.sql", "versions-over-2-63"],
	["30_users.up.sql~", "backup-copies"],
	["30_users.down.sql.orig", "backup-copies"],
	["30_users.up.ts", "migrations-in-code"],
];

const anyMigration = fc
	.record({
		version: anyVersion,
		zeros: fc.constantFrom("", "", "000"),
		title: anyTitle,
		extension: anyExtension,
		up: fc.option(anyUp, { freq: 8 }),
		down: fc.option(anyDown, { freq: 6 }),
	})
	.filter(({ up, down }) => up !== null || down !== null);

const anySet: fc.Arbitrary<MigrationSet> = fc
	.record({
		migrations: fc.uniqueArray(anyMigration, { selector: ({ version }) => version, maxLength: 6 }),
		beside: fc.option(fc.constantFrom(...BESIDE), { freq: 1, nil: undefined }),
		besideIsThere: fc.nat(7).map((n) => n === 0),
		duplicate: fc.nat(29).map((n) => n === 0),
	})
	.map(({ migrations, beside, besideIsThere, duplicate }) => {
		const files = new Map<string, Uint8Array>();
		const read = migrations.map(({ version, zeros, title, extension, ...bodies }): SetMigration => {
			const table = `t${version}`;
			const up = bodies.up?.(table);
			const down = bodies.down?.(table);
			if (up) files.set(`${zeros}${version}_${title}.up.${extension}`, up.bytes);
			if (down) files.set(`${zeros}${version}_${title}.down.${extension}`, down.bytes);
			return { version, up, down };
		});
		const [first] = read;
		if (duplicate && first) files.set(`0${first.version}_again.${first.up ? "up" : "down"}.sql`, Buffer.from(""));
		if (beside && besideIsThere) files.set(beside[0], Buffer.from(""));
		return {
			files,
			migrations: read.toSorted((a, b) => (a.version < b.version ? -1 : 1)),
			duplicate: duplicate && first !== undefined,
			...(beside?.[1] !== undefined && besideIsThere && { refusedBy: beside[1] }),
		};
	});

/** Versions are picked by number, so that they mostly are in the set, whatever it is. */
const anyOperation = fc.oneof(
	{ weight: 5, arbitrary: fc.constant({ kind: "up" as const }) },
	{ weight: 2, arbitrary: fc.constant({ kind: "down" as const }) },
	{ weight: 5, arbitrary: fc.record({ kind: fc.constant("steps" as const), count: fc.integer({ min: -4, max: 4 }) }) },
	{ weight: 4, arbitrary: fc.record({ kind: fc.constant("migrate" as const), pick: fc.nat(20) }) },
	{ weight: 2, arbitrary: fc.record({ kind: fc.constant("force" as const), pick: fc.nat(20) }) },
	{
		weight: 1,
		arbitrary: fc.constantFrom<"version" | "drop" | "reopen">("version", "drop", "reopen").map((kind) => ({ kind })),
	},
);

export const anySequence: fc.Arbitrary<Sequence> = fc
	.record({
		set: anySet,
		steps: fc.array(
			fc.record({ operation: anyOperation, by: fc.constantFrom<Step["by"]>("golang-migrate", "godwit") }),
			{ minLength: 1, maxLength: 8 },
		),
	})
	.map(({ set, steps }) => {
		const versions = set.migrations.map(({ version }) => version);
		const pick = (at: number, others: readonly bigint[]): bigint => {
			const choices = [...versions, ...versions, ...others];
			return choices[at % choices.length] ?? 0n;
		};
		return {
			set,
			steps: steps.map(({ operation, by }) => {
				if (operation.kind === "migrate")
					return { by, operation: { kind: "migrate", version: pick(operation.pick, [5n, 99n, 2n ** 63n]) } };
				if (operation.kind === "force")
					return { by, operation: { kind: "force", version: pick(operation.pick, [-1n, -1n, 7n, -2n]) } };
				return { by, operation };
			}),
		};
	});

/** For a person who has to find out what went wrong. */
export function sequenceText({ set, steps }: Sequence): string {
	const files = [...set.files].map(
		([name, bytes]) => `  ${JSON.stringify(name)}: ${JSON.stringify(Buffer.from(bytes).toString())}`,
	);
	return [
		...files,
		steps.map(({ operation, by }) => `${written(operation)}${by === "godwit" ? "" : "*"}`).join(" "),
	].join("\n");
}
