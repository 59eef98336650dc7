import { isError } from "@godwit/core";

/** The names of the primary result codes, in the order of their numbers, see https://sqlite.org/rescode.html */
const PRIMARY_CODES =
	`OK ERROR INTERNAL PERM ABORT BUSY LOCKED NOMEM READONLY INTERRUPT IOERR CORRUPT NOTFOUND FULL CANTOPEN PROTOCOL EMPTY
	SCHEMA TOOBIG CONSTRAINT MISMATCH MISUSE NOLFS AUTH FORMAT RANGE NOTADB NOTICE WARNING`.split(/\s+/);

/**
 * The primary result code of an error of `node:sqlite`, by name: `SQLITE_BUSY`; `undefined` for any other error.
 *
 * On Deno an error of `exec` has no code, and one of a prepared statement has. Whoever asks for a code prepares statements.
 */
export function nodeResultCode(error: unknown): string | undefined {
	if (!isError(error) || !("errcode" in error) || typeof error.errcode !== "number") return undefined;
	// An extended code has the primary one in its low byte.
	const name = PRIMARY_CODES[error.errcode & 0xff];
	return name === undefined ? undefined : `SQLITE_${name}`;
}
