import { isError, isMigrateError, MigrateError } from "@godwit/core";
import type { Statement } from "@godwit/sql";
import type { Usability } from "./connection/borrowed-connection.ts";
import { DatabaseHeldError } from "./connection/database-held-error.ts";
import type { SqliteConnection } from "./connection/sqlite-connection.ts";
import { locateSyntaxError } from "./statements/locate-syntax-error.ts";

/** Longest statement text that goes into an error, in UTF-16 units. */
const MAX_SQL = 2_000;

/** What to do about a result code for which there is one advice, see https://sqlite.org/rescode.html */
const ADVICE: Readonly<Record<string, string>> = {
	SQLITE_NOTADB: "check the path in the database URL",
	SQLITE_CORRUPT: "restore it from a backup, or try the sqlite3 shell's .recover",
	SQLITE_READONLY: "check the permissions of the file and of its folder",
	SQLITE_CANTOPEN: "check that the folder exists and that the file may be read and written",
	SQLITE_FULL: "free some space on the disk",
	SQLITE_IOERR: "check the disk",
};

const NO_TRANSACTION_HINT =
	'put the comment "-- godwit: no-transaction" on the file\'s first line to run it outside one';

/** ATTACH, and VACUUM, which attaches a file of its own, where the runtime has set SQLite's limit to none. */
const NO_ATTACH = /^too many attached databases - max 0$/;

const NO_ATTACH_ADVICE = "Deno lets node:sqlite run ATTACH and VACUUM with --allow-all alone";

/** `SQLITE_BUSY_SNAPSHOT` is a kind of `SQLITE_BUSY`. */
function primaryCode(code: string): string {
	return code.split("_").slice(0, 2).join("_");
}

/** Returns whether another connection's transaction was in the way, so that a later attempt may succeed. */
export function isBusy(connection: SqliteConnection, error: unknown): boolean {
	if (error instanceof DatabaseHeldError) return true;
	const code = connection.resultCode(error);
	return code !== undefined && primaryCode(code) === "SQLITE_BUSY";
}

/** Returns whether SQLite could not read something because the file is damaged. */
export function isDamage(connection: SqliteConnection, error: unknown): error is Error {
	const code = connection.resultCode(error);
	return code !== undefined && primaryCode(code) === "SQLITE_CORRUPT";
}

/** The attached file that another process holds, when a statement failed for that reason. */
export function heldAttachedFile(error: unknown): string | undefined {
	const cause = isMigrateError(error, "ERR_SQL") ? error.cause : error;
	return cause instanceof DatabaseHeldError ? cause.attached : undefined;
}

/** Wraps the failure of a statement of the driver's own. Returns a `MigrateError`, and an error of neither SQLite nor the file system, as it is. */
export function databaseError(connection: SqliteConnection, path: string, cause: unknown): unknown {
	if (isMigrateError(cause)) return cause;
	if (isBusy(connection, cause)) {
		// Waiting does not help a transaction that began with a read, see https://sqlite.org/rescode.html#busy_snapshot
		const reason =
			cause instanceof DatabaseHeldError ? cause.message : "another connection's transaction is in the way";
		const message = `${path}: ${reason}; try again, or use x-tx-mode=immediate, which waits for it`;
		return new MigrateError("ERR_BUSY", message, { waitedMs: 0 }, { cause });
	}
	const resultCode = connection.resultCode(cause);
	if (resultCode === undefined) return isFileSystemError(cause) ? fileSystemError(path, cause) : cause;
	const advice = NO_ATTACH.test((cause as Error).message) ? NO_ATTACH_ADVICE : ADVICE[primaryCode(resultCode)];
	const message = `${path}: ${(cause as Error).message}${advice === undefined ? "" : `; ${advice}`}`;
	return new MigrateError("ERR_DATABASE", message, { resultCode }, { cause });
}

/** Returns whether an error is of `node:fs`, which is used for the files beside the database. */
function isFileSystemError(error: unknown): error is Error {
	return isError(error) && "syscall" in error;
}

function fileSystemError(path: string, cause: Error): MigrateError<"ERR_DATABASE"> {
	const message = `${path}: ${cause.message}; check the disk, and the permissions of the file and of its folder`;
	return new MigrateError("ERR_DATABASE", message, {}, { cause });
}

/** Wraps the failure of a statement of a body, with its place in the body. The error may also be one that a function of the caller's throws. */
export function statementError(connection: SqliteConnection, statement: Statement, cause: unknown): unknown {
	if (isMigrateError(cause)) return cause;
	const resultCode = cause instanceof DatabaseHeldError ? "SQLITE_BUSY" : connection.resultCode(cause);
	const message = isError(cause) ? cause.message : String(cause);
	const hint = hintFor(message);
	const details = {
		sql: cutSql(statement.sql),
		...locateSyntaxError(statement, message),
		...(resultCode !== undefined && { resultCode }),
	};
	return new MigrateError("ERR_SQL", hint === undefined ? message : `${message}; ${hint}`, details, { cause });
}

function hintFor(message: string): string | undefined {
	if (/(from within|within a|inside a) transaction/.test(message)) return NO_TRANSACTION_HINT;
	if (NO_ATTACH.test(message)) return NO_ATTACH_ADVICE;
	const [, type, name = "", text = ""] = DOUBLE_QUOTED.exec(message) ?? [];
	if (type !== undefined) return `${doubleQuotedHint(type, name, text)}; or ${TAKE_DOUBLE_QUOTED}`;
	return OWN_DOUBLE_QUOTED.test(message) ? `write it so, or ${TAKE_DOUBLE_QUOTED}` : undefined;
}

const TAKE_DOUBLE_QUOTED =
	"take double quotes for strings, as golang-migrate does, with x-double-quoted-strings=true in a sqlite-node:// URL";

/** A text of the statement's own. */
const OWN_DOUBLE_QUOTED = /^no such column: ".*" - should this be a string literal in single-quotes\?$/s;

/** ALTER TABLE reads the whole schema again, and can fail at an object that has nothing to do with the altered table. */
const DOUBLE_QUOTED =
	/^error in (table|view|trigger|index) (.+?)(?: after [a-z ]+)?: no such column: "(.*)" - should this be a string literal/s;

function doubleQuotedHint(type: string, name: string, text: string): string {
	const literal = `'${text.replaceAll("'", "''")}'`;
	const where = `SELECT sql FROM sqlite_schema WHERE name = '${name.replaceAll("'", "''")}'`;
	const anew =
		type === "table"
			? "make a table with single quotes under another name, copy the rows, drop the old table, and rename the new one"
			: `drop the ${type} and make it anew with single quotes`;
	return `this statement is not at fault: the ${type} ${name}, which is in the database already, has "${text}" for the string ${literal}, and double quotes are for names; before this statement, ${anew} (${where} shows its text)`;
}

/** Refuses a statement that would end the transaction around a body, or would be ignored in it. */
export function transactionControlError(statement: Statement): MigrateError<"ERR_TRANSACTION_CONTROL"> {
	const { line, column } = statement;
	const sql = cutSql(statement.sql);
	const what =
		statement.keyword === "PRAGMA"
			? "does not work inside a transaction"
			: "would break the transaction around the file";
	return new MigrateError(
		"ERR_TRANSACTION_CONTROL",
		`${cutSql(sql, 60)} ${what}; take it out, or ${NO_TRANSACTION_HINT}`,
		{ sql, line, column },
	);
}

/** See https://sqlite.org/pragma.html#pragma_journal_mode */
const JOURNAL_MODES = ["delete", "truncate", "persist", "memory", "wal", "off"];

/** Reports a `PRAGMA journal_mode=...` after which the database has another mode, which for SQLite is no error. */
export function journalModeError(statement: Statement, asked: string, found: string): MigrateError<"ERR_SQL"> {
	const { line, column } = statement;
	const sql = cutSql(statement.sql);
	const reason = JOURNAL_MODES.includes(asked)
		? `SQLite has not changed it to ${asked}, which this database or this library cannot have here`
		: `there is no journal mode ${cutSql(asked, 60)}; known are ${JOURNAL_MODES.join(", ")}`;
	const message = `the journal mode stays ${found} after ${cutSql(sql.replace(/;$/, ""), 60)}: ${reason}; correct the statement or take it out`;
	return new MigrateError("ERR_SQL", message, { sql, line, column });
}

/** Refuses a statement that would detach a database that was attached before the body. */
export function detachError(statement: Statement, name: string): MigrateError<"ERR_SQL"> {
	const { line, column } = statement;
	const sql = cutSql(statement.sql);
	const message = `${cutSql(sql, 60)} would detach the database ${name}, which the application had attached to its connection; take it out`;
	return new MigrateError("ERR_SQL", message, { sql, line, column });
}

/** Refuses a body that has changed godwit's own tables. */
export function ownTablesError(statement: Statement, cause: unknown): MigrateError<"ERR_OWN_TABLES"> {
	const { line, column } = statement;
	const sql = cutSql(statement.sql);
	const message = `${cutSql(sql, 60)} changes what godwit itself records in that table; take it out. "-- godwit: allow own-tables" before the first statement permits a change of the version, and none of the lock or the history`;
	return new MigrateError("ERR_OWN_TABLES", message, { sql, line, column }, { cause });
}

/** Longest list of tables in an error. */
const MAX_TABLES = 20;

/** Refuses a body that removed a table to which other tables still refer. */
export function danglingReferenceError(
	statement: Statement,
	parent: string,
	children: readonly string[],
): MigrateError<"ERR_DANGLING_REFERENCE"> {
	const { line, column } = statement;
	const sql = cutSql(statement.sql);
	const tables = children.slice(0, MAX_TABLES);
	const [first] = tables;
	const more = children.length > 1 ? ` and ${children.length - 1} more` : "";
	const message = `after ${cutSql(sql.replace(/;$/, ""), 60)} foreign keys of ${first}${more} refer to ${parent}, which is not there any more; ${REBUILD}`;
	return new MigrateError("ERR_DANGLING_REFERENCE", message, { sql, line, column, parent, tables });
}

const REBUILD =
	"change or drop those tables too, or, to rebuild one, make the new table under another name, copy the rows, drop the old table, and rename the new one (x-dangling-references=allow permits it)";

/** Reports that a connection of the caller's cannot be used, which the bindings report in ways of their own. */
export function unusableConnectionError(
	path: string,
	usability: Exclude<Usability, "usable">,
	cause?: unknown,
): MigrateError<"ERR_DATABASE"> {
	const reason =
		usability === "closed"
			? "is closed; open it again, and make a driver of the new connection"
			: "is in use by a query of the application's that is not finished; read it to its end, or end its iterator with return(), and try again";
	return new MigrateError("ERR_DATABASE", `${path} ${reason}`, {}, { cause });
}

/** Reports that the transaction around a body is over: a statement that failed, or the application on its own connection, has ended it. */
export function transactionEndedError(): MigrateError<"ERR_DATABASE"> {
	const message =
		"the transaction around the migration was ended by another part of the program, so nothing more was run in it";
	return new MigrateError("ERR_DATABASE", message, {});
}

/** Reports a body outside a transaction that began one and did not end it. */
export function transactionLeftOpenError({ sql, line, column }: Statement): MigrateError<"ERR_TRANSACTION_CONTROL"> {
	const message = "the file begins a transaction and does not end it, so that part was rolled back; add a COMMIT";
	return new MigrateError("ERR_TRANSACTION_CONTROL", message, { sql: cutSql(sql), line, column });
}

/** Cuts a statement to the length that goes into errors and reports, or to a shorter one. */
export function cutSql(sql: string, length: number = MAX_SQL): string {
	return sql.length <= length ? sql : `${sql.slice(0, length)}…`;
}
