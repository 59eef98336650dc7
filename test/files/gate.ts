import { type MigrationFiles, migrationBody, type Source, sourceOfFiles } from "@godwit/core";

/** A line of a migration at which its run waits, in the midst of the transaction. */
export const GATE = "-- gate\n";

/** More than is read of a body before it is run, so that what stands before a gate has run when the gate is reached. */
const PADDING = `-- ${"x".repeat(100_000)}\n`;

/**
 * Migrations that stop at their gates.
 *
 * @param pass Called at a gate; the run goes on when it resolves.
 */
export function gatedSource(files: MigrationFiles, pass: () => Promise<void>): Source {
	return sourceOfFiles("memory", Object.keys(files), (name) => ({
		location: name,
		body: migrationBody(async function* () {
			const [first = "", ...rest] = String(files[name]).split(GATE);
			yield new TextEncoder().encode(rest.length > 0 ? first + PADDING : first);
			for (const part of rest) {
				await pass();
				yield new TextEncoder().encode(part);
			}
		}),
	}));
}
