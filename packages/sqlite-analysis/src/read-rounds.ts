import { type RoundStatement, roundStatement, type Statement } from "@godwit/sql";
import { forEachBatch, roundLanguage, type Statements } from "@godwit/sqlite";

/**
 * Reads how a file runs in rounds.
 *
 * @returns `undefined` for a file that does not ask for rounds; it is not read then.
 * @throws MigrateError `ERR_INVALID_BODY`, as a run does, for a file that cannot be run so.
 */
export async function readRounds(file: Statements): Promise<RoundStatement | undefined> {
	const { directives } = file;
	if (!directives.has("until-done")) return undefined;
	const statements: Statement[] = [];
	await forEachBatch(file, (batch) => void statements.push(...batch));
	return roundStatement({ directives, statements }, roundLanguage);
}
