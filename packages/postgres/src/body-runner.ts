import type { ApplyOutcome, MigrationBody, Rounds, VersionChange } from "@godwit/core";
import { assertRunsInside } from "./body-inside.ts";
import { type BodyOutsideOptions, bodyOutside } from "./body-outside.ts";
import type { Connected } from "./connection/session.ts";
import { type MigrationTransactionOptions, migrationTransaction } from "./migration-transaction.ts";
import { roundRunner } from "./rounds/round-runner.ts";
import { type ReadBody, readBody } from "./statements/read-body.ts";

/** Runs bodies and records versions, each in one transaction or outside one, so that nobody who has lost the lock commits. */
export interface BodyRunner {
	record(connected: Connected, change: VersionChange): Promise<void>;
	run(connected: Connected, body: MigrationBody): Promise<void>;
	/** Records the version in the body's transaction, or makes one round of it. */
	apply(
		connected: Connected,
		body: MigrationBody,
		change: VersionChange,
		rounds: Rounds | undefined,
	): Promise<ApplyOutcome>;
	together<T>(
		connected: Connected,
		change: VersionChange,
		work: (run: (body: MigrationBody) => Promise<ApplyOutcome>) => Promise<T>,
	): Promise<T>;
}

export interface BodyRunnerOptions extends MigrationTransactionOptions, BodyOutsideOptions {
	/** Whether migrations are only tried on the database. */
	readonly trial: boolean;
	/** Asked of each body before it runs; it throws for one that must not. */
	readonly assertInside?: ((body: ReadBody) => void) | undefined;
}

export function bodyRunner(options: BodyRunnerOptions): BodyRunner {
	const { config } = options;
	const transaction = migrationTransaction(options);
	const runOutside = bodyOutside(options);
	const makeRound = roundRunner(transaction, options.trial);
	/** The last body that was declined, which is likely to be the next one to run. */
	let declined: { readonly body: MigrationBody; readonly read: ReadBody } | undefined;
	/** The body that `run` ran last may have changed the version, as it says. */
	let allowed = false;

	const goesOutside = ({ directives }: ReadBody): boolean => directives.has("no-transaction") || config.multiStatement;

	async function read(body: MigrationBody): Promise<ReadBody> {
		const known = declined?.body === body ? declined.read : undefined;
		declined = undefined;
		if (known !== undefined) return known;
		const found = await readBody(body);
		options.assertInside?.(found);
		return found;
	}

	return {
		async record(connected, change) {
			await transaction(connected, { change, allowed }, async () => {});
			allowed = false;
		},
		async run(connected, body) {
			allowed = false;
			const statements = await read(body);
			if (goesOutside(statements)) {
				const allows = statements.directives.has("allow own-tables");
				if (allows) connected.statements.forget();
				await runOutside(connected, statements);
				allowed = allows;
				return;
			}
			assertRunsInside(statements);
			await transaction(connected, {}, (run) => run(statements));
			allowed = statements.directives.has("allow own-tables");
		},
		async apply(connected, body, change, rounds) {
			allowed = false;
			const statements = await read(body);
			if (rounds !== undefined && statements.directives.has("until-done")) {
				return makeRound(connected, statements, change, rounds);
			}
			if (goesOutside(statements)) {
				declined = { body, read: statements };
				return "declined";
			}
			assertRunsInside(statements);
			await transaction(connected, { change }, (run) => run(statements));
			return "applied";
		},
		async together(connected, change, work) {
			allowed = false;
			return transaction(connected, { change }, (run) =>
				work(async (body) => {
					const statements = await read(body);
					if (goesOutside(statements) || statements.directives.has("until-done")) return "declined";
					assertRunsInside(statements);
					await run(statements);
					return "applied";
				}),
			);
		},
	};
}
