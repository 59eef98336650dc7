import { MigrateError } from "@godwit/core";
import { FailedMessage } from "../connection/postgres-connection.ts";
import type { Connected } from "../connection/session.ts";
import { inTransaction } from "../connection/transaction.ts";
import type { PostgresLock } from "../lock/postgres-lock.ts";
import { quoteLiteral } from "./literal.ts";
import { selectLock } from "./lock-row.ts";

/** What belongs to an extension goes with it, and a part of a table with the table. A partitioned table is a part of itself. */
const NOT_PART = (catalog: string): string =>
	`NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.classid = '${catalog}'::regclass AND d.objid = o.oid AND d.refobjid <> o.oid AND d.deptype IN ('e', 'i', 'a'))`;

/**
 * The objects of the connection's user in a schema, each with the statement that drops it. A type of a table or an array goes
 * with that.
 */
function objects(schema: string, keep: string | undefined): string {
	const namespace = `${quoteLiteral(schema)}::regnamespace`;
	const mine = "(SELECT oid FROM pg_roles WHERE rolname = current_user)";
	const kept = keep === undefined ? "" : ` AND o.relname <> ${quoteLiteral(keep)}`;
	return `SELECT format('%s %s', CASE o.relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'f' THEN 'FOREIGN TABLE' WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, o.oid::regclass) AS what
		FROM pg_class AS o WHERE o.relnamespace = ${namespace} AND o.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND o.relowner = ${mine}${kept} AND ${NOT_PART("pg_class")}
	UNION ALL SELECT format('ROUTINE %s', o.oid::regprocedure) FROM pg_proc AS o WHERE o.pronamespace = ${namespace} AND o.proowner = ${mine} AND ${NOT_PART("pg_proc")}
	UNION ALL SELECT format('TYPE %s', o.oid::regtype) FROM pg_type AS o LEFT JOIN pg_class AS c ON c.oid = o.typrelid
		WHERE o.typnamespace = ${namespace} AND o.typowner = ${mine} AND (o.typtype IN ('d', 'e', 'r') OR c.relkind = 'c') AND ${NOT_PART("pg_type")}`;
}

/** Drops what nothing else needs, as often as that helps. Foreign keys, which can go round in a circle, go first. */
function dropAll(schema: string, keep: string | undefined): string {
	const namespace = `${quoteLiteral(schema)}::regnamespace`;
	const body = `DECLARE
	found record;
	remaining text;
	dropped boolean;
BEGIN
	FOR found IN SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) AS what FROM pg_constraint
		JOIN pg_class AS c ON c.oid = conrelid
		WHERE contype = 'f' AND conparentid = 0 AND c.relnamespace = ${namespace} AND c.relowner = (SELECT oid FROM pg_roles WHERE rolname = current_user) LOOP
		EXECUTE found.what;
	END LOOP;
	LOOP
		dropped := false;
		remaining := NULL;
		FOR found IN ${objects(schema, keep)} LOOP
			BEGIN
				EXECUTE 'DROP ' || found.what;
				dropped := true;
			EXCEPTION WHEN dependent_objects_still_exist THEN
				remaining := concat_ws('; ', remaining, found.what || ' (' || SQLERRM || ')');
			WHEN undefined_table OR undefined_object OR undefined_function THEN
				dropped := true;
			END;
		END LOOP;
		EXIT WHEN remaining IS NULL;
		IF NOT dropped THEN
			RAISE EXCEPTION 'others depend on what would be dropped: %', remaining;
		END IF;
	END LOOP;
END`;
	return `DO ${quoteLiteral(body)}`;
}

/**
 * Deletes what the connection's user owns in the schema of the version table: tables, views, sequences, types and routines.
 * What belongs to an extension, to another owner or to another schema stays.
 *
 * @param lock The lock that is held: its table stays until it is given back.
 * @throws MigrateError `ERR_DATABASE` when something that stays depends on what would go. Nothing was deleted then.
 */
export async function dropEverything({ connection, names }: Connected, lock: PostgresLock | undefined): Promise<void> {
	const keep = lock === undefined || lock.dropped ? undefined : `${names.table}_lock`;
	const fence = keep === undefined ? [] : [selectLock(names, "wait")];
	try {
		await inTransaction(connection, { after: fence }, async ([row]) => {
			if (keep !== undefined) lock?.assertMine(row?.rows[0]);
			await connection.send(`SET LOCAL search_path = pg_catalog; ${dropAll(names.schema, keep)}`);
			return { result: undefined, last: [] };
		});
	} catch (error) {
		if (!(error instanceof FailedMessage) || !/^others depend/.test(error.message)) throw error;
		const message = `nothing was dropped: ${error.message}; drop those yourself, or change their owner`;
		throw new MigrateError("ERR_DATABASE", message, {}, { cause: error.reason });
	}
	if (lock !== undefined) lock.dropped = true;
}
