import type { MigrationStatus } from "godwit";

/** What a status says of a version, and how sure it is. */
export interface Claim {
	readonly applied: boolean;
	/**
	 * `certain`: godwit has done it, or has seen that it was not done, or a person who has looked at the schema says so of this version.
	 * `guess`: another tool has probably done it. `hearsay`: a person has said so of all below a version, or it was done where nobody
	 * could see it.
	 */
	readonly basis: "certain" | "guess" | "hearsay";
}

const APPLIED = {
	applied: true,
	adopted: true,
	baseline: true,
	forced: true,
	changed: true,
	reformatted: true,
	missing: true,
	newer: true,
	pending: false,
	"out-of-order": false,
	skipped: false,
	"under-way": undefined,
	dirty: undefined,
	unknown: undefined,
} as const satisfies Record<MigrationStatus["state"], boolean | undefined>;

const BY_A_PERSON: ReadonlySet<string> = new Set(["force", "baseline"]);

/**
 * @param leftBehind Whether the version's table stayed when its file was gone, where nobody could see it.
 * @returns Nothing where the status leaves it open.
 */
export function claimOf({ state, guess, event }: MigrationStatus, leftBehind: boolean): Claim | undefined {
	const applied = APPLIED[state];
	if (applied === undefined) return undefined;
	if (guess) return { applied, basis: "guess" };
	const byAPerson = event !== undefined && BY_A_PERSON.has(event.op);
	const unseen = event === undefined && leftBehind;
	return { applied, basis: byAPerson || unseen ? "hearsay" : "certain" };
}
