/**
 * What SQLite says to a result code when a statement has nothing more precise to say: sqlite3_errstr, and the forms of
 * a failed constraint. The binding passes on the message alone.
 *
 * @see https://sqlite.org/c3ref/errcode.html
 */
const CODES: readonly (readonly [RegExp, string])[] = [
	[/^database is locked/, "SQLITE_BUSY"],
	[/^database( schema| table)? is locked|^database table is locked: /, "SQLITE_LOCKED"],
	[/^database disk image is malformed/, "SQLITE_CORRUPT"],
	[/^malformed database schema/, "SQLITE_CORRUPT"],
	[/^file is not a database/, "SQLITE_NOTADB"],
	[/^attempt to write a readonly database/, "SQLITE_READONLY"],
	[/^unable to open database/, "SQLITE_CANTOPEN"],
	[/^disk I\/O error/, "SQLITE_IOERR"],
	[/^database or disk is full/, "SQLITE_FULL"],
	[/constraint failed|^cannot store /, "SQLITE_CONSTRAINT"],
	[/^datatype mismatch/, "SQLITE_MISMATCH"],
	[/^out of memory/, "SQLITE_NOMEM"],
	[/^string or blob too big/, "SQLITE_TOOBIG"],
	[/^interrupted/, "SQLITE_INTERRUPT"],
];

/** The result code behind a failure of the binding; `SQLITE_ERROR` when the message is a statement's own. */
export function resultCode(error: unknown): string | undefined {
	if (!(error instanceof Error) || error.name !== "SQLite3Error") return undefined;
	return CODES.find(([message]) => message.test(error.message))?.[1] ?? "SQLITE_ERROR";
}
