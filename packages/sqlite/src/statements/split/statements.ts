import type { MigrationBody } from "@godwit/core";
import type { Statement } from "@godwit/sql";
import { readStatements, type StatementReader } from "./read-statements.ts";
import { splitWhole, type WholeBody } from "./split-whole.ts";

/** A body as statements: all of them, where it could be read at once, or a few at a time. */
export type Statements = WholeBody | StatementReader;

/**
 * Opens a body for as long as `work` takes.
 *
 * @throws MigrateError `ERR_INVALID_BODY`; what the body and `work` throw.
 */
export async function withStatements<T>(body: MigrationBody, work: (body: Statements) => Promise<T>): Promise<T> {
	const whole = splitWhole(body);
	if (whole !== undefined) return work(whole);
	await using reader = await readStatements(body);
	return await work(reader);
}

/** Returns whether all statements of a body are there. */
export function isWhole(body: Statements): body is WholeBody {
	return "statements" in body;
}

/** Gives the statements in their order. Returns no promise when they are all there and `run` returns none. */
export function forEachBatch(
	body: Statements,
	run: (statements: readonly Statement[]) => void | Promise<void>,
): void | Promise<void> {
	return isWhole(body) ? run(body.statements) : readBatches(body, run);
}

async function readBatches(
	reader: StatementReader,
	run: (statements: readonly Statement[]) => void | Promise<void>,
): Promise<void> {
	for (let batch = await reader.next(); batch !== undefined; batch = await reader.next()) await run(batch);
}

/** Gives a body with all its statements, for one that is known to be short. */
export async function wholeOf(body: Statements): Promise<WholeBody> {
	if (isWhole(body)) return body;
	const all: Statement[] = [];
	await forEachBatch(body, (batch) => void all.push(...batch));
	return { directives: body.directives, statements: all };
}

/** Where nothing can be rolled back, a body that cannot be split has to be found before its first statement runs. */
export async function readToEnd(body: Statements): Promise<void> {
	await forEachBatch(body, () => {});
}
