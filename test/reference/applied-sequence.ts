import fc from "fast-check";
import type { Policies } from "godwit";
import { type Request, written } from "./tool.ts";

/**
 * One turn on a database that both tools migrate. Each file makes one table, so that the schema tells which are applied. A
 * `pick` is a version or the position of one, wherever the files or the database are then.
 *
 * `put` adds a file that is not there: a new one, or one that was deleted. `break` makes both directions fail half-way, outside a
 * transaction; `edit` mends them. `skip`, `pending` and `settle` say what the schema shows: of a version with a table that it is applied,
 * of one without that it never runs, or may; and how what is dirty has ended.
 */
export type Turn =
	| { readonly by: "golang-migrate"; readonly request: Request }
	| { readonly by: "godwit"; readonly request: GodwitRequest; readonly policies: Policies }
	| { readonly by: "person"; readonly change: FileChange | Cure; readonly pick: number };

/** What godwit alone can be asked for. */
export type GodwitRequest = Request | { readonly kind: "redo"; readonly count: number };

export type FileChange = "put" | "edit" | "break" | "delete";

export type Cure = "skip" | "pending" | "settle";

export interface AppliedSequence {
	/** Of the files that are there at first. */
	readonly versions: readonly bigint[];
	readonly turns: readonly Turn[];
}

/** Few, so that they meet. */
export const VERSIONS: readonly bigint[] = [1n, 2n, 3n, 4n, 5n, 6n];

const anyVersion = fc.constantFrom(...VERSIONS);

const anyRequest: fc.Arbitrary<Request> = fc.oneof(
	{ weight: 6, arbitrary: fc.constant({ kind: "up" } as const) },
	{ weight: 1, arbitrary: fc.constant({ kind: "down" } as const) },
	{ weight: 4, arbitrary: fc.integer({ min: -2, max: 2 }).map((count) => ({ kind: "steps", count }) as const) },
	{ weight: 4, arbitrary: anyVersion.map((version) => ({ kind: "migrate", version }) as const) },
	{
		weight: 1,
		arbitrary: fc.constantFrom(-1n, 9n, ...VERSIONS).map((version) => ({ kind: "force", version }) as const),
	},
);

const anyGodwitRequest: fc.Arbitrary<GodwitRequest> = fc.oneof(
	{ weight: 8, arbitrary: anyRequest },
	{ weight: 1, arbitrary: fc.integer({ min: 1, max: 2 }).map((count) => ({ kind: "redo", count }) as const) },
);

const anyPolicies: fc.Arbitrary<Policies> = fc.record({
	outOfOrder: fc.constantFrom("error", "skip", "apply", "apply"),
	changed: fc.constantFrom("error", "warn"),
	newer: fc.constantFrom("error", "allow"),
});

const anyTurn: fc.Arbitrary<Turn> = fc.oneof(
	{ weight: 4, arbitrary: fc.record({ by: fc.constant("golang-migrate" as const), request: anyRequest }) },
	{
		weight: 4,
		arbitrary: fc.record({ by: fc.constant("godwit" as const), request: anyGodwitRequest, policies: anyPolicies }),
	},
	{
		weight: 5,
		arbitrary: fc.record({
			by: fc.constant("person" as const),
			change: fc.constantFrom("put", "put", "put", "edit", "break", "delete", "skip", "pending", "settle", "settle"),
			pick: fc.nat(5),
		}),
	},
);

export const anyAppliedSequence: fc.Arbitrary<AppliedSequence> = fc.record({
	versions: fc.subarray([...VERSIONS], { minLength: 1 }),
	turns: fc.array(anyTurn, { minLength: 4, maxLength: 14 }),
});

export function turnText(turn: Turn): string {
	if (turn.by === "person") return `${turn.change} ${turn.pick}`;
	if (turn.by === "golang-migrate") return `${written(turn.request)} by golang-migrate`;
	const { request } = turn;
	const asked = request.kind === "redo" ? `redo(${request.count})` : written(request);
	return `${asked} by godwit, ${JSON.stringify(turn.policies)}`;
}
