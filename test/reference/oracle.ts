import type { DifferenceId } from "./differences.ts";
import type { MigrationSet, SetMigration } from "./sequence.ts";
import type { Answer, Request, State } from "./tool.ts";

/** One operation, what there was before it, and what golang-migrate made of it. */
export interface Situation {
	readonly set: MigrationSet;
	readonly request: Request;
	readonly before: State;
	readonly go: Answer;
	/** godwit's `x-atomic`. */
	readonly atomic: boolean;
	/** godwit's `missingDown`. */
	readonly missingDown: "error" | "skip";
}

/** What godwit has to answer. A schema that golang-migrate's does not tell is left out. */
export type Expectation = Omit<Answer, "message" | "schema"> & Partial<Pick<Answer, "schema">>;

/** A step of the way that an operation takes. */
interface WayStep {
	readonly migration: SetMigration;
	readonly direction: "up" | "down";
	readonly from: bigint;
	readonly to: bigint;
}

/** Says where a difference shows, and what godwit answers there instead. */
interface Rule {
	readonly id: DifferenceId;
	expect(situation: Situation): Expectation | undefined;
}

const MAX_VERSION = 2n ** 63n - 1n;

/** The first rule that applies decides; where none does, both answer the same. */
const RULES: readonly Rule[] = [
	{
		id: "versions-over-2-63",
		expect: ({ request, before }) =>
			request.kind === "migrate" && request.version > MAX_VERSION
				? { ...unchanged(before), outcome: "invalid-version" }
				: undefined,
	},
	{
		id: "version-is-a-value",
		expect: ({ go }) => (go.outcome === "nil-version" ? { ...go, outcome: "ok" } : undefined),
	},
	{
		id: "empty-source",
		expect({ set, request, before }) {
			const goesUp =
				request.kind === "up" || request.kind === "migrate" || (request.kind === "steps" && request.count > 0);
			return set.migrations.length === 0 && goesUp ? { ...unchanged(before), outcome: "no-migrations" } : undefined;
		},
	},
	{
		id: "steps-zero-looks",
		expect({ set, request, before }) {
			if (request.kind !== "steps" || request.count !== 0) return undefined;
			if (before.dirty) return { ...unchanged(before), outcome: "dirty" };
			if (isAbove(set, before.version)) return { ...unchanged(before), outcome: "newer" };
			return knows(set, before.version) ? undefined : { ...unchanged(before), outcome: "no-such-version" };
		},
	},
	{
		id: "newer-database",
		expect: ({ set, before, go }) =>
			go.outcome === "no-such-version" && isAbove(set, before.version)
				? { ...unchanged(before), outcome: "newer" }
				: undefined,
	},
	{
		id: "missing-down-file",
		expect(situation) {
			if (situation.missingDown === "skip") return undefined;
			const missing = wayOf(situation).some(
				({ migration, direction }) => direction === "down" && migration.down === undefined,
			);
			return missing ? { ...unchanged(situation.before), outcome: "irreversible" } : undefined;
		},
	},
	...(
		[
			"transaction-control",
			"unknown-directive",
			"hiding-carriage-return",
			"unclosed-text",
			"nul-byte",
			"invalid-utf8",
			"dangling-references",
		] as const
	).map(refusedBody),
	{
		id: "never-dirty",
		expect(situation) {
			const { go, atomic } = situation;
			if (!atomic || go.outcome !== "failed") return undefined;
			const failed = wayOf(situation).find(({ to }) => to === go.version);
			return failed && { ...go, ...clean(failed.from) };
		},
	},
	{
		id: "drop-leaves-nothing",
		expect: ({ request, go }) =>
			request.kind === "drop" && (go.outcome !== "ok" || go.schema.length > 0)
				? { outcome: "ok", short: 0, schema: [], ...clean(-1n) }
				: undefined,
	},
];

/** golang-migrate's answer, changed by the difference that shows in this situation. */
export function expectation(situation: Situation): {
	readonly answer: Expectation;
	readonly id: DifferenceId | undefined;
} {
	for (const { id, expect } of RULES) {
		const answer = expect(situation);
		if (answer !== undefined) return { answer, id };
	}
	return { answer: situation.go, id: undefined };
}

/** Bodies that are refused by what a statement is or has done. */
const WHILE_RUNNING: ReadonlySet<DifferenceId> = new Set(["transaction-control", "dangling-references"]);

/** A body that godwit refuses, unless an earlier one of the way fails first. */
function refusedBody(id: DifferenceId): Rule {
	return {
		id,
		expect(situation) {
			const { before, go, atomic } = situation;
			const way = wayOf(situation);
			const at = way.findIndex(({ migration, direction }) => migration[direction]?.refusedBy !== undefined);
			const step = way[at];
			if (step === undefined || step.migration[step.direction]?.refusedBy !== id) return undefined;
			const failedAt = go.outcome === "failed" ? way.findIndex(({ to }) => to === go.version) : way.length;
			if (failedAt < at) return undefined;
			return {
				outcome: "refused-body",
				short: 0,
				// A text that cannot be split is refused before the version is marked dirty.
				...(atomic || !WHILE_RUNNING.has(id) ? clean(step.from) : marked(step.to, true)),
				...(at === 0 && { schema: before.schema }),
			};
		},
	};
}

/** The steps that an operation would make if none failed; none when it is refused as a whole. */
function wayOf({ set: { migrations }, request, before }: Situation): readonly WayStep[] {
	const here = migrations.findIndex(({ version }) => version === before.version);
	if (before.dirty || (here === -1 && before.version !== -1n)) return [];
	const there = destination(migrations, here, request);
	if (there === undefined) return [];
	const at = (position: number): bigint => migrations[position]?.version ?? -1n;
	return there > here
		? migrations
				.slice(here + 1, there + 1)
				.map((migration, n) => ({ migration, direction: "up", from: at(here + n), to: migration.version }))
		: migrations
				.slice(there + 1, here + 1)
				.map((migration, n) => ({ migration, direction: "down" as const, from: migration.version, to: at(there + n) }))
				.reverse();
}

function destination(migrations: readonly SetMigration[], here: number, request: Request): number | undefined {
	const last = migrations.length - 1;
	switch (request.kind) {
		case "up":
			return last;
		case "down":
			return -1;
		case "steps":
			return Math.max(-1, Math.min(last, here + request.count));
		case "migrate": {
			const there = migrations.findIndex(({ version }) => version === request.version);
			return there === -1 ? undefined : there;
		}
		default:
			return undefined;
	}
}

function knows({ migrations }: MigrationSet, version: bigint): boolean {
	return version === -1n || migrations.some((migration) => migration.version === version);
}

/** Whether a version is above every file. */
function isAbove({ migrations }: MigrationSet, version: bigint): boolean {
	const newest = migrations.at(-1);
	return newest !== undefined && version > newest.version;
}

function unchanged({ version, dirty, rows, schema }: State): Expectation {
	return { outcome: "ok", short: 0, version, dirty, rows, schema };
}

function clean(version: bigint): Pick<State, "version" | "dirty" | "rows"> {
	return version === -1n ? { version, dirty: false, rows: [] } : marked(version, false);
}

function marked(version: bigint, dirty: boolean): Pick<State, "version" | "dirty" | "rows"> {
	return { version, dirty, rows: [{ version, dirty }] };
}
