import { type FileEffects, textBody } from "@godwit/core";
import type { Backend } from "../sqlite/backends.ts";
import { type AnyStatement, ROWS, SCHEMA } from "./any-statement.ts";
import { run, type Truth } from "./statement-truth.ts";

/** A generated statement, what is said of it, and what it did. */
export interface MeasuredStatement extends AnyStatement {
	readonly file: FileEffects;
	/** With foreign keys off. */
	readonly plain: Truth;
	/** With foreign keys on. */
	readonly enforced: Truth;
}

/** Analyses each statement on a database with rows and runs it there. What it does with foreign keys off stays for the next one. */
export async function* measuredStatements(
	backend: Backend,
	statements: readonly AnyStatement[],
): AsyncGenerator<MeasuredStatement> {
	using connection = backend.connect(":memory:");
	connection.exec(SCHEMA + ROWS);
	await using driver = connection.withInstance();
	for (const { kind, sql } of statements) {
		const [file] = (await driver.analyse?.([textBody(sql)]))?.files ?? [];
		if (file === undefined) throw new Error("nothing was analysed");
		const enforced = run(connection, sql, { foreignKeys: true, stays: false });
		const plain = run(connection, sql, { foreignKeys: false, stays: true });
		yield { kind, sql, file, plain, enforced };
	}
}
