import { MigrateError } from "@godwit/core";
import { FailedMessage } from "../connection/postgres-connection.ts";
import type { Connected } from "../connection/session.ts";
import { inTransaction } from "../connection/transaction.ts";
import type { PostgresLock } from "../lock/postgres-lock.ts";
import { quoteIdentifier, quoteLiteral } from "./literal.ts";
import { selectLock } from "./lock-row.ts";

/** What belongs to an extension goes with it, and a part of a table with the table. A partitioned table is a part of itself. */
function notPart(catalog: string, kinds: readonly string[] = ["e", "i", "a"]): string {
	const list = kinds.map(quoteLiteral).join(", ");
	return `NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.classid = '${catalog}'::regclass AND d.objid = o.oid AND d.refobjid <> o.oid AND d.deptype IN (${list}))`;
}

const ME = "(SELECT oid FROM pg_roles WHERE rolname = current_user)";
const SUPERUSER = "(SELECT rolsuper FROM pg_roles WHERE rolname = current_user)";

/**
 * The kinds of objects that have a name in a schema and no type as a part of it: catalog, how the names of its columns begin, and what
 * DROP calls it. They are parts of nothing but extensions, though those of a table go with it.
 */
const NAMED: readonly (readonly [catalog: string, prefix: string, kind: string])[] = [
	["pg_collation", "coll", "COLLATION"],
	["pg_conversion", "con", "CONVERSION"],
	["pg_statistic_ext", "stx", "STATISTICS"],
	["pg_ts_config", "cfg", "TEXT SEARCH CONFIGURATION"],
	["pg_ts_dict", "dict", "TEXT SEARCH DICTIONARY"],
	["pg_ts_parser", "prs", "TEXT SEARCH PARSER"],
	["pg_ts_template", "tmpl", "TEXT SEARCH TEMPLATE"],
	["pg_opclass", "opc", "OPERATOR CLASS"],
	["pg_opfamily", "opf", "OPERATOR FAMILY"],
];

/** Superusers alone make them. */
const WITHOUT_OWNER: ReadonlySet<string> = new Set(["pg_ts_parser", "pg_ts_template"]);

function named(schema: string): readonly string[] {
	return NAMED.map(([catalog, prefix, kind]) => {
		const owned = WITHOUT_OWNER.has(catalog) ? SUPERUSER : `o.${prefix}owner = ${ME}`;
		const name = `format('%I.%I', ${quoteLiteral(schema)}, o.${prefix}name)`;
		const using = kind.startsWith("OPERATOR")
			? ` || format(' USING %I', (SELECT amname FROM pg_am AS a WHERE a.oid = o.${prefix}method))`
			: "";
		return `SELECT '${kind} ' || ${name}${using} FROM ${catalog} AS o WHERE o.${prefix}namespace = ${namespaceOf(schema)} AND ${owned} AND ${notPart(catalog, ["e"])}`;
	});
}

/** Read as a name in SQL, where `App` without quotes is another schema. */
function namespaceOf(schema: string): string {
	return `${quoteLiteral(quoteIdentifier(schema))}::regnamespace`;
}

/** What is in no schema, and needs a type or a function that goes. */
function attached(schema: string): readonly string[] {
	const functions = `(SELECT oid FROM pg_proc WHERE pronamespace = ${namespaceOf(schema)} AND proowner = ${ME})`;
	const types = `(SELECT oid FROM pg_type WHERE typnamespace = ${namespaceOf(schema)} AND typowner = ${ME})`;
	return [
		`SELECT format('CAST (%s AS %s)', o.castsource::regtype, o.casttarget::regtype) FROM pg_cast AS o
			WHERE (o.castsource IN ${types} OR o.casttarget IN ${types} OR o.castfunc IN ${functions} AND ${SUPERUSER}) AND ${notPart("pg_cast")}`,
		`SELECT format('EVENT TRIGGER %I', o.evtname) FROM pg_event_trigger AS o WHERE o.evtowner = ${ME} AND o.evtfoid IN ${functions} AND ${notPart("pg_event_trigger")}`,
	];
}

/**
 * The objects of the connection's user in a schema, each with the statement that drops it. A type of a table or an array goes
 * with that. What needs others comes first.
 */
function objects(schema: string, keep: string | undefined): string {
	const namespace = namespaceOf(schema);
	const kept = keep === undefined ? "" : ` AND o.relname <> ${quoteLiteral(keep)}`;
	const all = [
		...attached(schema),
		`SELECT format('%s %s', CASE o.relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'f' THEN 'FOREIGN TABLE' WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, o.oid::regclass)
			FROM pg_class AS o WHERE o.relnamespace = ${namespace} AND o.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND o.relowner = ${ME}${kept} AND ${notPart("pg_class")}`,
		...named(schema),
		`SELECT format('OPERATOR %s', o.oid::regoperator) FROM pg_operator AS o WHERE o.oprnamespace = ${namespace} AND o.oprowner = ${ME} AND ${notPart("pg_operator")}`,
		`SELECT format('ROUTINE %s', o.oid::regprocedure) FROM pg_proc AS o WHERE o.pronamespace = ${namespace} AND o.proowner = ${ME} AND ${notPart("pg_proc")}`,
		`SELECT format('TYPE %s', o.oid::regtype) FROM pg_type AS o LEFT JOIN pg_class AS c ON c.oid = o.typrelid
			WHERE o.typnamespace = ${namespace} AND o.typowner = ${ME} AND (o.typtype IN ('d', 'e', 'r') OR c.relkind = 'c' OR NOT o.typisdefined) AND ${notPart("pg_type")}`,
	];
	return `SELECT what FROM (${all.join("\nUNION ALL ")}) AS dropped(what)`;
}

/** Drops what nothing else needs, as often as that helps. Foreign keys, which can go round in a circle, go first. */
function dropAll(schema: string, keep: string | undefined): string {
	const namespace = namespaceOf(schema);
	const body = `DECLARE
	found record;
	remaining text;
	dropped boolean;
BEGIN
	FOR found IN SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) AS what FROM pg_constraint
		JOIN pg_class AS c ON c.oid = conrelid
		WHERE contype = 'f' AND conparentid = 0 AND c.relnamespace = ${namespace} AND c.relowner = ${ME} LOOP
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
 * Deletes what the connection's user owns in the schema of the version table: tables, views, sequences, types, routines,
 * operators with their classes and families, collations, conversions, statistics and the parts of text search; and the casts and event triggers
 * that need any of it.
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
