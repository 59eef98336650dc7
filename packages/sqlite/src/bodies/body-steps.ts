import type { MigrationBody, Rounds, VersionChange } from "@godwit/core";
import type { WholeBody } from "../statements/split/split-whole.ts";
import { readToEnd, type Statements, withStatements } from "../statements/split/statements.ts";
import { type OwnTables, type OwnTablesOptions, ownTables } from "../tables/own-tables.ts";
import type { BodiesBefore } from "../tables/version-recorder.ts";
import { andThen } from "./and-then.ts";
import { type BeforeStatement, type BodyInsideOptions, bodyInside } from "./body-inside.ts";
import { type BodyOutsideOptions, bodyOutside } from "./body-outside.ts";
import type { RunRound } from "./rounds/body-rounds.ts";

/** One round that was made. */
export interface RoundStep {
	readonly before: BodiesBefore;
	/** As `RoundMade.change`. */
	readonly change: VersionChange;
	/** As `RoundMade.done`. */
	readonly done: boolean;
}

export type RunRoundStep = (body: WholeBody, end: VersionChange, rounds: Rounds) => RoundStep | Promise<RoundStep>;

/** The ways in which a body runs, and what is known of the bodies that ran. */
export interface BodySteps {
	/** Whether a body may have made a trigger on the version table. It stays, so this never becomes false again. */
	readonly uncertain: boolean;
	/** Runs a body in the transaction that is open. Returns no promise for a body that was read at once. */
	inside(body: Statements, before?: BeforeStatement): BodiesBefore | Promise<BodiesBefore>;
	/** Loads what few bodies need. @returns A function that runs one round of a body in the transaction that is open. */
	forRounds(): Promise<RunRoundStep>;
	/**
	 * Runs a body outside a transaction.
	 *
	 * @param readable Whether the whole body is known to be free of what cannot be split. Otherwise it is read to its end first.
	 */
	outside(body: MigrationBody, statements: Statements, readable: boolean): Promise<BodiesBefore>;
}

export interface BodyStepsOptions
	extends Omit<BodyInsideOptions, "ownTables">,
		Omit<BodyOutsideOptions, "ownTables">,
		Omit<OwnTablesOptions, "migrationsTable"> {
	/** Whether migrations are only tried on the database. */
	readonly trial: boolean;
}

export function bodySteps(options: BodyStepsOptions): BodySteps {
	const own = ownTables({ ...options, migrationsTable: options.config.migrationsTable });
	const runInside = bodyInside({ ...options, ownTables: own });
	const runOutside = bodyOutside({ ...options, ownTables: own });
	let runRound: RunRound | undefined;
	let uncertain = false;

	function noted(own: OwnTables): BodiesBefore {
		uncertain ||= own.uncertain;
		return { allowed: own.allowed, uncertain };
	}

	return {
		get uncertain() {
			return uncertain;
		},
		inside: (body, before) => andThen(runInside(body, before), noted),
		async forRounds() {
			const { bodyRounds } = await import("./rounds/body-rounds.ts");
			runRound ??= bodyRounds(options.connection, runInside, options.trial);
			const run = runRound;
			return (body, end, rounds) =>
				andThen(run(body, end, rounds), ({ own, change, done }) => ({ before: noted(own), change, done }));
		},
		async outside(body, statements, readable) {
			uncertain = true;
			if (!readable) await readToEnd(statements);
			// A body that was read in pieces is not kept.
			const allowed = await (readable ? runOutside(statements) : withStatements(body, runOutside));
			return { allowed, uncertain };
		},
	};
}
