export type { Analyse, AnalysedDatabase, Correct } from "./analysis.ts";
export { assertDivisible } from "./bodies/rounds/assert-divisible.ts";
export { assertRunsInside, runInTransaction } from "./bodies/run-body.ts";
export { compareDatabases, compareRows } from "./comparison/compare-databases.ts";
export { BEFORE } from "./comparison/compared-names.ts";
export { dropTemporaryObjects } from "./connection/body/temporary-objects.ts";
export {
	type BorrowedConnection,
	type SharedByDrivers,
	sharedByDrivers,
	type Usability,
} from "./connection/borrowed-connection.ts";
export { retryWhileBusy } from "./connection/busy-retry.ts";
export type { DatabaseAccess, Holders, Liveness } from "./connection/database-access.ts";
export type { DatabaseCopies } from "./connection/database-copies.ts";
export { DatabaseHeldError, type HolderKind } from "./connection/database-held-error.ts";
export { openAccess } from "./connection/open-access.ts";
export type { SqliteConnection, SqlRow, SqlValue, TransactionMode } from "./connection/sqlite-connection.ts";
export { inTransaction } from "./connection/transaction.ts";
export { type LockRow, lockRow } from "./lock/lock-row.ts";
export { type SqliteDriverOptions, sqliteDriver } from "./sqlite-driver.ts";
export { cutSql, databaseError, isBusy, isDamage, unusableConnectionError } from "./sqlite-error.ts";
export { asString, type QuotedToken, withStrings } from "./statements/double-quotes/quoted-tokens.ts";
export { missedColumn, type Requoted, requote } from "./statements/double-quotes/requote.ts";
export { readName } from "./statements/read-name.ts";
export { type Pragma, readPragma } from "./statements/read-pragma.ts";
export { roundLanguage } from "./statements/round-language.ts";
export { forEachBatch, type Statements, withStatements } from "./statements/split/statements.ts";
export { nextToken, type Token } from "./statements/split/tokens.ts";
export {
	type CanonicalToken,
	canonicalExpression,
	canonicalTokens,
	quotedName,
	written,
} from "./structure/canonical.ts";
export {
	type ColumnShape,
	type ForeignKeyShape,
	type IndexShape,
	readTableShape,
	type TableShape,
} from "./structure/table-shape.ts";
export { quoteIdentifier } from "./tables/quote-identifier.ts";
export { parseDatabaseUrl } from "./url/database-url.ts";
export { completeConfig, type SqliteConfig } from "./url/sqlite-config.ts";
