import { reachesBeyond } from "./reaches-beyond.ts";
import type { PlacedStatement } from "./read-body.ts";
import { tokensOf } from "./tokens.ts";

/** What belongs to a server and to all of its databases. */
const SHARED =
	/^(?:(?:CREATE|ALTER|DROP) (?:ROLE|USER(?! MAPPING)|GROUP|DATABASE|TABLESPACE|SUBSCRIPTION)|ALTER SYSTEM|(?:REASSIGN|DROP) OWNED|REINDEX (?:DATABASE|SYSTEM)|COMMENT ON (?:ROLE|DATABASE|TABLESPACE|SUBSCRIPTION)|IMPORT FOREIGN SCHEMA)\b/;

/** A privilege of a role by itself, or for what belongs to the server. */
const GRANTED = /^(?:GRANT|REVOKE)\b(?!.* ON )|^(?:GRANT|REVOKE)\b.* ON (?:DATABASE|TABLESPACE|PARAMETER)\b/;

/** Functions that act on the server, or on other sessions of it. */
const FUNCTIONS =
	/^PG_(?:TERMINATE_BACKEND|CANCEL_BACKEND|RELOAD_CONF|ROTATE_LOGFILE|PROMOTE|SWITCH_WAL|CREATE_RESTORE_POINT|LOGICAL_EMIT_MESSAGE|WAL_REPLAY_\w+|BACKUP_\w+|\w*REPLICATION_\w+)$/;

/** Statements with code in them, which may run there and then, or when a later statement calls it. */
const WITH_CODE = /^(?:DO|EXECUTE|PREPARE)\b|^CREATE (?:OR REPLACE )?(?:FUNCTION|PROCEDURE)\b/;

/** The same in code, which is not split into statements. */
const IN_CODE =
	/\b(?:(?:create|alter|drop)\s+(?:role|user(?!\s+mapping)|group|database|tablespace|subscription|server)|alter\s+system|(?:reassign|drop)\s+owned|dblink\w*|lo_import|lo_export|pg_file_\w+|pg_ls_dir|pg_read_(?:binary_)?file|pg_(?:terminate|cancel)_backend|pg_reload_conf|pg_\w*replication_\w+)\b|\bcopy\b[^;]*\b(?:from|to)\s+(?:program\b|[$'])/i;

/**
 * Returns what of a statement reaches outside of the database that it runs on: files, other databases, and what all databases of a server
 * share. What a function does that is there already, or a trigger, cannot be seen.
 *
 * @param foreignTables The names of tables whose rows are on another server.
 * @returns A few words of it; undefined when nothing does.
 */
export function reachesServer({ sql, words }: PlacedStatement, foreignTables: readonly string[]): string | undefined {
	const beyond = reachesBeyond(sql);
	if (beyond !== undefined) return beyond.sql;
	const tokens = [...tokensOf(sql)];
	const text = tokens
		.map(({ word }) => word)
		.filter((word) => word !== "")
		.join(" ");
	if (SHARED.test(text) || GRANTED.test(text)) return words.slice(0, 2).join(" ");
	const called = tokens.find(({ word }) => FUNCTIONS.test(word));
	if (called !== undefined) return called.word.toLowerCase();
	const hidden = WITH_CODE.test(text) ? IN_CODE.exec(sql) : null;
	if (hidden !== null) return hidden[0].replaceAll(/\s+/g, " ");
	return foreignTables.find((table) => sql.toLowerCase().includes(table.toLowerCase()));
}
