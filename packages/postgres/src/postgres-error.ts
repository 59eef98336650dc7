import { isMigrateError, MigrateError } from "@godwit/core";
import { type Place, placeFrom, type Statement } from "@godwit/sql";
import { FailedMessage } from "./connection/postgres-connection.ts";

/** What the server says with an error, as far as it is shown. See https://www.postgresql.org/docs/current/protocol-error-fields.html */
interface ServerError extends Error {
	/** The SQLSTATE, see https://www.postgresql.org/docs/current/errcodes-appendix.html */
	readonly code?: string;
	readonly severity?: string;
	readonly detail?: string;
	readonly hint?: string;
	/** In characters of the message, from 1. */
	readonly position?: string;
	/** The functions in which it happened, innermost first. */
	readonly where?: string;
}

/** Longest statement text that goes into an error, in UTF-16 units. */
const MAX_SQL = 2_000;

const NO_TRANSACTION_HINT =
	'put the comment "-- godwit: no-transaction" on the file\'s first line to run it outside one';

const WRONG_AUTHORITY =
	"the server's certificate is not signed by the authority of sslrootcert; name the file with the right one";

const TAKE_READ_ONLY_OUT = "take SET TRANSACTION READ ONLY or default_transaction_read_only out";

/** What to do about an SQLSTATE, or a code of the network or of TLS, for which there is one advice. */
const ADVICE: Readonly<Record<string, string>> = {
	"28P01": "check the user and the password in the database URL",
	"28000": "check the user in the database URL, and pg_hba.conf on the server",
	"3D000": "create the database, or correct its name in the database URL",
	"42501": "ask the owner of the database for the privilege, or use another user",
	// A COMMIT or ROLLBACK in a DO block or a procedure, which this transaction is around.
	"2D000": NO_TRANSACTION_HINT,
	"25006": `this server takes no writes, as a standby does; name the primary, or add target_session_attrs=read-write and all hosts to the database URL; where a file, a role or the database makes transactions read-only, ${TAKE_READ_ONLY_OUT}`,
	"53100": "free some space on the server's disk",
	"53300": "end some of the server's other connections, or raise max_connections",
	"57P03": "wait until the server has started, and try again",
	ECONNREFUSED: "check host and port in the database URL, and whether the server runs",
	ECONNRESET: "check whether the server behind this address runs",
	ENOTFOUND: "check the host in the database URL",
	EAI_AGAIN: "check the host in the database URL, and the name server",
	ENOENT: "check the folder of the server's socket in the database URL",
	// See https://nodejs.org/api/tls.html#x509-certificate-error-codes
	SELF_SIGNED_CERT_IN_CHAIN: WRONG_AUTHORITY,
	DEPTH_ZERO_SELF_SIGNED_CERT: WRONG_AUTHORITY,
	UNABLE_TO_VERIFY_LEAF_SIGNATURE: WRONG_AUTHORITY,
	UNABLE_TO_GET_ISSUER_CERT: WRONG_AUTHORITY,
	UNABLE_TO_GET_ISSUER_CERT_LOCALLY: WRONG_AUTHORITY,
	CERT_HAS_EXPIRED: "renew the server's certificate",
	ERR_TLS_CERT_ALTNAME_INVALID:
		"name the host as the server's certificate does, or use sslmode=verify-ca, which looks at no name",
};

const NO_TLS = "turn TLS on there, or connect without it with sslmode=disable in the database URL";

const NEEDS_TLS =
	"the server may take this user with TLS alone: use sslmode=require or stricter in the database URL; else check the user there, and pg_hba.conf on the server";

/** A table, a column, an object, a schema or a function of this name is there already. */
const DUPLICATE = /^(?:42P07|42701|42710|42P06|42723)$/;

/** Returns whether an error ends the session. */
export function isFatal(error: Error): boolean {
	const { severity } = error as ServerError;
	return severity === "FATAL" || severity === "PANIC";
}

/** The SQLSTATE of a failure, or the system's code for one of the network. */
export function sqlState(error: unknown): string | undefined {
	const reason = error instanceof FailedMessage ? error.reason : error;
	return reason instanceof Error ? (reason as ServerError).code : undefined;
}

/** Another session holds a lock that may not be waited for. */
export function isLockNotAvailable(error: unknown): boolean {
	return sqlState(error) === "55P03";
}

/** `pg` has no code for a server, or a proxy before one, that takes the connection and ends it. */
function isTerminated(error: Error): boolean {
	return error.message === "Connection terminated unexpectedly";
}

/** `pg` has no code for the answer of a server without TLS. */
export function isTlsNotOffered(error: unknown): boolean {
	return error instanceof Error && error.message === "The server does not support SSL connections";
}

/** Wraps the failure of a statement of the driver's own. Returns a `MigrateError`, and what is no failure of the database as it is. */
export function databaseError(name: string, cause: unknown): unknown {
	if (isMigrateError(cause)) return cause;
	const reason = cause instanceof FailedMessage ? cause.reason : cause;
	if (!(reason instanceof Error)) return cause;
	const code = sqlState(reason);
	if (!(cause instanceof FailedMessage) && code === undefined) return cause;
	const advice = code === undefined ? undefined : ADVICE[code];
	const message = `${name}: ${said(reason)}${advice === undefined ? "" : `; ${advice}`}`;
	return new MigrateError("ERR_DATABASE", message, code === undefined ? {} : { resultCode: code }, { cause: reason });
}

/** Reports a connection that ended in the midst of a call. */
export function connectionLostError(name: string, cause: Error): MigrateError<"ERR_CONNECTION_LOST"> {
	const message = `${name}: the connection was lost: ${said(cause)}; check the server and the network, and run the command again`;
	return new MigrateError("ERR_CONNECTION_LOST", message, undefined, { cause });
}

/** Reports a connection that cannot be made. */
export function connectError(name: string, cause: unknown): unknown {
	if (isMigrateError(cause) || !(cause instanceof Error)) return cause;
	const code = sqlState(cause) ?? (isTerminated(cause) ? "ECONNRESET" : undefined);
	const advice = adviceOnConnecting(cause, code);
	const why = cause instanceof AggregateError ? (cause.errors as readonly Error[]).map(said).join("; ") : said(cause);
	const message = `${name}: ${why}${advice === undefined ? "" : `; ${advice}`}`;
	return new MigrateError("ERR_DATABASE", message, code === undefined ? {} : { resultCode: code }, { cause });
}

/** Of pg_hba.conf the server says what it would have taken only in the words of its message. */
function adviceOnConnecting(cause: Error, code: string | undefined): string | undefined {
	if (isTlsNotOffered(cause)) return NO_TLS;
	if (code === "28000" && cause.message.endsWith("no encryption")) return NEEDS_TLS;
	return code === undefined ? undefined : ADVICE[code];
}

/**
 * Wraps the failure of a statement of a body, with its place in the body.
 *
 * @param text The message in which it was, and `start` where that begins in the body.
 * @param blocker What is known of the session in the way, when a lock was waited for in vain.
 */
export function statementError(
	statement: Statement,
	{ text, start }: { readonly text: string; readonly start: Place },
	{ reason }: FailedMessage,
	blocker?: string,
): MigrateError<"ERR_SQL"> {
	const { code, position } = reason as ServerError;
	const { line, column } = position === undefined ? statement : placeFrom(start, text, 0, offsetOf(text, position));
	const advice = blocker ?? adviceFor(code);
	const message = advice === undefined ? said(reason) : `${said(reason)}; ${advice}`;
	const ofCode =
		code === undefined ? {} : { resultCode: code, ...(DUPLICATE.test(code) && ({ exists: true } as const)) };
	const details = { sql: excerpt(statement.sql), line, column, ...ofCode };
	return new MigrateError("ERR_SQL", message, details, { cause: reason });
}

/** The server counts characters, and JavaScript UTF-16 units. */
function offsetOf(text: string, position: string): number {
	let offset = 0;
	for (let left = Number(position) - 1; left > 0 && offset < text.length; left--) {
		offset += (text.codePointAt(offset) ?? 0) > 0xffff ? 2 : 1;
	}
	return offset;
}

function adviceFor(code: string | undefined): string | undefined {
	if (code === "25001") return NO_TRANSACTION_HINT;
	// On a standby nobody would have taken the lock.
	if (code === "25006") return `the file makes its transaction read-only; ${TAKE_READ_ONLY_OUT}`;
	// See https://www.postgresql.org/docs/current/sql-altertype.html#SQL-ALTERTYPE-NOTES
	if (code === "55P04")
		return `a new enum value can be used when it is committed: ${NO_TRANSACTION_HINT}, or use it in the next file`;
	return code === undefined ? undefined : ADVICE[code];
}

function said(error: Error): string {
	const { detail, hint, where } = error as ServerError;
	const parts = [
		error.message,
		detail && `detail: ${detail}`,
		hint && `hint: ${hint}`,
		where && `in ${firstLine(where)}`,
	];
	return parts.filter((part) => part !== undefined && part !== "").join("; ");
}

function firstLine(text: string): string {
	return text.split("\n", 1)[0] ?? "";
}

/** Refuses a statement that would end the transaction around a body. */
export function transactionControlError(statement: Statement): MigrateError<"ERR_TRANSACTION_CONTROL"> {
	return refusedInTransaction(statement, "would break the transaction around the file");
}

/** Refuses a statement that PostgreSQL runs outside a transaction only. */
export function needsNoTransactionError(statement: Statement): MigrateError<"ERR_TRANSACTION_CONTROL"> {
	return refusedInTransaction(statement, "cannot run inside a transaction");
}

function refusedInTransaction(statement: Statement, what: string): MigrateError<"ERR_TRANSACTION_CONTROL"> {
	const { line, column } = statement;
	const message = `${excerpt(statement.sql, 60)} ${what}; take it out, or ${NO_TRANSACTION_HINT}`;
	return new MigrateError("ERR_TRANSACTION_CONTROL", message, { sql: excerpt(statement.sql), line, column });
}

/** Reports a body that has ended the transaction around it where that could not be seen before, as in DO and CALL. */
export function partlyCommittedError(
	statement: Statement = { sql: "", keyword: "", line: 1, column: 1 },
): MigrateError<"ERR_TRANSACTION_CONTROL"> {
	const { line, column } = statement;
	const message = `the file has ended the transaction around it, in a DO block or a procedure: what it did before is committed, and the rest is not; take the COMMIT or ROLLBACK out, or ${NO_TRANSACTION_HINT}`;
	return new MigrateError("ERR_TRANSACTION_CONTROL", message, { sql: excerpt(statement.sql), line, column });
}

/** Reports a body outside a transaction that began one and did not end it. */
export function transactionLeftOpenError({ sql, line, column }: Statement): MigrateError<"ERR_TRANSACTION_CONTROL"> {
	const message = "the file begins a transaction and does not end it, so that part was rolled back; add a COMMIT";
	return new MigrateError("ERR_TRANSACTION_CONTROL", message, { sql: excerpt(sql), line, column });
}

/** Reports a statement whose rows are changed by something else in its place, so that nobody knows when its rounds are done. */
export function uncountedRoundsError({ sql, line, column }: Statement, name: string): MigrateError<"ERR_SQL"> {
	const message = `a rule or a trigger of ${name} changes rows in place of the statement, and the server does not count them, so that rounds would not know when they are done; change the table itself, or take "-- godwit: until-done" out`;
	return new MigrateError("ERR_SQL", message, { sql, line, column });
}

/**
 * Reports a fault of rounds that may be none, since others could not be kept away while it was looked for.
 *
 * @param table What was to be locked, as SQL.
 * @param blocker What is known of the session in the way, when a lock was waited for in vain.
 */
export function unprovenRoundsError(
	fault: MigrateError<"ERR_SQL">,
	table: string,
	reason: FailedMessage | MigrateError,
	blocker?: string,
): MigrateError<"ERR_SQL"> {
	const [why, cause] =
		reason instanceof FailedMessage ? [said(reason.reason), reason.reason] : [reason.message, reason];
	const message = `${fault.message}; if others have brought that in meanwhile, the file is right, and the command can be run again: they could not be kept from ${table} to find out: ${why}${blocker === undefined ? "" : `; ${blocker}`}`;
	return new MigrateError("ERR_SQL", message, fault.details, { cause });
}

/** Refuses a body that has changed godwit's own tables. */
export function ownTablesError(statement: Statement, cause: unknown): MigrateError<"ERR_OWN_TABLES"> {
	const { line, column } = statement;
	const message = `${excerpt(statement.sql, 60)} changes what godwit itself records in its tables; take it out. "-- godwit: allow own-tables" before the first statement permits a change of the version, and none of the lock or the history`;
	return new MigrateError("ERR_OWN_TABLES", message, { sql: excerpt(statement.sql), line, column }, { cause });
}

/** Reports that somebody else has the migration lock now. */
export function lockLostError(owner: string): MigrateError<"ERR_LOCK_LOST"> {
	const message = `the migration lock was lost while this process did not answer, and is now ${owner}; run the command again`;
	return new MigrateError("ERR_LOCK_LOST", message, { owner });
}

/** Reports that a body has let golang-migrate's lock go, and that somebody else has it now. */
export function lockGivenAwayError(owner: string): MigrateError<"ERR_LOCK_LOST"> {
	const message = `the file has given the session's advisory locks away, as DISCARD ALL and pg_advisory_unlock_all() do, and the migration lock is now held by ${owner}; take that out of the file, and run the command again when the other program is done`;
	return new MigrateError("ERR_LOCK_LOST", message, { owner });
}

export function excerpt(sql: string, length: number = MAX_SQL): string {
	return sql.length <= length ? sql : `${sql.slice(0, length)}…`;
}

/** What a statement needs that no migration can make: an extension that is not installed, and a role of the server. */
const MISSING_ON_SERVER: ReadonlyMap<string, RegExp> = new Map([
	["0A000", /^extension ".*" is not available$/],
	["42704", /^role ".*" does not exist$/],
]);

/** Reports a statement that fails on an empty database, and says nothing about the migration. `undefined` for every other failure. */
export function missingOnServer(error: unknown): MigrateError<"ERR_DATABASE"> | undefined {
	if (!(error instanceof FailedMessage)) return undefined;
	const code = sqlState(error) ?? "";
	if (MISSING_ON_SERVER.get(code)?.test(error.message) !== true) return undefined;
	return new MigrateError("ERR_DATABASE", said(error.reason), { resultCode: code }, { cause: error.reason });
}

/** Two sessions have made the same table at the same moment. */
export function isTableRace(error: unknown): boolean {
	return ["23505", "42P07", "42701", "42710"].includes(sqlState(error) ?? "");
}

/** A table that is not there. */
export function isUndefinedTable(error: unknown): boolean {
	return sqlState(error) === "42P01";
}
