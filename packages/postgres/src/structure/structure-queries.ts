import type { ServerObjectKind } from "@godwit/core";
import { quoteLiteral } from "../tables/literal.ts";
import type { TableNames } from "../tables/table-names.ts";

/**
 * One part of a structure: an expression of one line, and the rows that it is read of.
 *
 * `rel` has the tables, views, sequences, indexes and composite types that are looked at, and `space` their schemas. What belongs
 * to an extension, and what is godwit's own, is in neither. The expressions that the server writes have names as they are
 * written where the search path is the schema of the version table.
 *
 * @see https://www.postgresql.org/docs/current/catalogs.html
 */
export interface StructureQuery {
	readonly line: string;
	readonly from: string;
	/** Of what is an object by itself, which its line describes: its kind, and an expression of its name. */
	readonly object?: { readonly kind: ServerObjectKind; readonly name: string };
}

/** Those that PostgreSQL makes by itself are told with what they are made for. */
const NO_EXTENSION = (catalog: string, oid: string): string =>
	`NOT EXISTS (SELECT FROM pg_depend AS e WHERE e.classid = '${catalog}'::regclass AND e.objid = ${oid} AND e.deptype = 'e')`;

const KIND =
	"CASE o.relkind WHEN 'r' THEN 'table' WHEN 'p' THEN 'partitioned table' WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' WHEN 'f' THEN 'foreign table' WHEN 'c' THEN 'type' END";

const relations: readonly StructureQuery[] = [
	{
		line: `concat_ws(' ', ${KIND}, o.oid::regclass, CASE o.relpersistence WHEN 'u' THEN 'unlogged' END,
			'by ' || pg_get_partkeydef(o.oid), 'part ' || pg_get_expr(o.relpartbound, o.oid, true), 'with ' || array_to_string(o.reloptions, ', '),
			CASE WHEN o.relrowsecurity THEN 'row level security' END, CASE WHEN o.relforcerowsecurity THEN 'forced' END,
			(SELECT 'of ' || string_agg(inhparent::regclass::text, ', ' ORDER BY inhseqno) FROM pg_inherits WHERE inhrelid = o.oid),
			CASE WHEN o.relkind IN ('v', 'm') THEN pg_get_viewdef(o.oid, true) END)`,
		from: "rel AS o WHERE o.relkind IN ('r', 'p', 'v', 'm', 'f', 'c')",
	},
	{
		line: `concat_ws(' ', 'column', o.oid::regclass, quote_ident(a.attname), format_type(a.atttypid, a.atttypmod),
			CASE WHEN a.attcollation <> t.typcollation THEN 'collate ' || a.attcollation::regcollation END,
			CASE a.attidentity WHEN 'a' THEN 'identity always' WHEN 'd' THEN 'identity by default' END,
			CASE a.attgenerated WHEN 's' THEN 'stored ' WHEN 'v' THEN 'virtual ' END || pg_get_expr(d.adbin, d.adrelid, true))`,
		from: `rel AS o JOIN pg_attribute AS a ON a.attrelid = o.oid AND a.attnum > 0 AND NOT a.attisdropped JOIN pg_type AS t ON t.oid = a.atttypid
			LEFT JOIN pg_attrdef AS d ON d.adrelid = o.oid AND d.adnum = a.attnum WHERE o.relkind IN ('r', 'p', 'f', 'c')`,
	},
	{
		line: "concat_ws(' ', 'detail', o.oid::regclass, quote_ident(a.attname), CASE WHEN a.attnotnull THEN 'not null' END, 'default ' || pg_get_expr(d.adbin, d.adrelid, true))",
		from: `rel AS o JOIN pg_attribute AS a ON a.attrelid = o.oid AND a.attnum > 0 AND NOT a.attisdropped
			LEFT JOIN pg_attrdef AS d ON d.adrelid = o.oid AND d.adnum = a.attnum AND a.attgenerated = '' WHERE o.relkind IN ('r', 'p', 'f')`,
	},
	{
		line: "concat_ws(' ', 'constraint', o.oid::regclass, quote_ident(c.conname), pg_get_constraintdef(c.oid, true))",
		// NOT NULL is told with its column.
		from: "rel AS o JOIN pg_constraint AS c ON c.conrelid = o.oid WHERE c.contype <> 'n'",
	},
	{
		line: "concat_ws(' ', 'index', i.indexrelid::regclass, pg_get_indexdef(i.indexrelid, 0, true), CASE WHEN NOT i.indisvalid THEN 'invalid' END)",
		from: "rel AS o JOIN pg_index AS i ON i.indrelid = o.oid WHERE NOT EXISTS (SELECT FROM pg_constraint AS c WHERE c.conindid = i.indexrelid AND c.contype IN ('p', 'u', 'x'))",
	},
	{
		line: `concat_ws(' ', 'sequence', o.oid::regclass, 'as', format_type(s.seqtypid, NULL), 'start', s.seqstart, 'increment', s.seqincrement,
			'from', s.seqmin, 'to', s.seqmax, 'cache', s.seqcache, CASE WHEN s.seqcycle THEN 'cycle' END,
			(SELECT 'of ' || d.refobjid::regclass || '.' || quote_ident(a.attname) FROM pg_depend AS d JOIN pg_attribute AS a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
				WHERE d.classid = 'pg_class'::regclass AND d.objid = o.oid AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')))`,
		from: "rel AS o JOIN pg_sequence AS s ON s.seqrelid = o.oid",
	},
	{
		line: "concat_ws(' ', 'trigger', o.oid::regclass, pg_get_triggerdef(g.oid, true), 'enabled', g.tgenabled)",
		from: "rel AS o JOIN pg_trigger AS g ON g.tgrelid = o.oid WHERE NOT g.tgisinternal",
	},
	{
		line: "concat_ws(' ', 'rule', o.oid::regclass, pg_get_ruledef(r.oid, true), 'enabled', r.ev_enabled)",
		from: "rel AS o JOIN pg_rewrite AS r ON r.ev_class = o.oid WHERE r.rulename <> '_RETURN'",
		object: { kind: "rule", name: "r.rulename || ' on ' || o.oid::regclass" },
	},
	{
		line: `concat_ws(' ', 'policy', o.oid::regclass, quote_ident(p.polname), CASE WHEN p.polpermissive THEN 'permissive' ELSE 'restrictive' END, 'for', p.polcmd,
			'to', (SELECT string_agg(CASE role WHEN 0 THEN 'public' ELSE role::regrole::text END, ', ' ORDER BY role) FROM unnest(p.polroles) AS role),
			'using ' || pg_get_expr(p.polqual, p.polrelid, true), 'check ' || pg_get_expr(p.polwithcheck, p.polrelid, true))`,
		from: "rel AS o JOIN pg_policy AS p ON p.polrelid = o.oid",
		object: { kind: "policy", name: "p.polname || ' on ' || o.oid::regclass" },
	},
];

const others: readonly StructureQuery[] = [
	{
		line: "concat_ws(' ', 'schema', quote_ident(n.nspname))",
		// Those two are there before the first migration.
		from: "space AS n WHERE n.nspname <> 'public' AND n.nspname <> current_schema()",
		object: { kind: "schema", name: "quote_ident(n.nspname)" },
	},
	{
		line: "concat_ws(' ', 'extension', quote_ident(x.extname))",
		from: "pg_extension AS x WHERE x.extname <> 'plpgsql'",
		object: { kind: "extension", name: "quote_ident(x.extname)" },
	},
	{
		// The head has the schema of the function in it, which its signature has where it matters.
		line: `concat_ws(' ', CASE f.prokind WHEN 'p' THEN 'procedure' ELSE 'function' END, f.oid::regprocedure, '(' || pg_get_function_arguments(f.oid) || ')',
			regexp_replace(pg_get_functiondef(f.oid), '^[^\\n]*\\n', ''))`,
		from: `pg_proc AS f JOIN space AS n ON n.oid = f.pronamespace WHERE f.prokind <> 'a' AND ${NO_EXTENSION("pg_proc", "f.oid")}
			AND NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.classid = 'pg_proc'::regclass AND d.objid = f.oid AND d.deptype = 'i')`,
		object: { kind: "function", name: "f.oid::regprocedure::text" },
	},
	{
		line: `concat_ws(' ', 'aggregate', f.oid::regprocedure, 'by', g.aggtransfn::regprocedure, 'in', format_type(g.aggtranstype, NULL),
			'from ' || g.agginitval, CASE WHEN g.aggfinalfn <> 0 THEN 'then ' || g.aggfinalfn::regprocedure END)`,
		from: `pg_aggregate AS g JOIN pg_proc AS f ON f.oid = g.aggfnoid JOIN space AS n ON n.oid = f.pronamespace WHERE ${NO_EXTENSION("pg_proc", "f.oid")}`,
		object: { kind: "function", name: "f.oid::regprocedure::text" },
	},
	{
		line: "concat_ws(' ', 'enum', t.oid::regtype, (SELECT string_agg(quote_literal(e.enumlabel), ', ' ORDER BY e.enumsortorder) FROM pg_enum AS e WHERE e.enumtypid = t.oid))",
		from: `pg_type AS t JOIN space AS n ON n.oid = t.typnamespace WHERE t.typtype = 'e' AND ${NO_EXTENSION("pg_type", "t.oid")}`,
		object: { kind: "type", name: "t.oid::regtype::text" },
	},
	{
		line: `concat_ws(' ', 'domain', t.oid::regtype, format_type(t.typbasetype, t.typtypmod), CASE WHEN t.typnotnull THEN 'not null' END, 'default ' || t.typdefault,
			(SELECT string_agg(quote_ident(c.conname) || ' ' || pg_get_constraintdef(c.oid, true), ', ' ORDER BY c.conname) FROM pg_constraint AS c WHERE c.contypid = t.oid AND c.contype <> 'n'))`,
		from: `pg_type AS t JOIN space AS n ON n.oid = t.typnamespace WHERE t.typtype = 'd' AND ${NO_EXTENSION("pg_type", "t.oid")}`,
		object: { kind: "type", name: "t.oid::regtype::text" },
	},
	{
		line: "concat_ws(' ', 'range', t.oid::regtype, 'of', format_type(r.rngsubtype, NULL))",
		from: `pg_range AS r JOIN pg_type AS t ON t.oid = r.rngtypid JOIN space AS n ON n.oid = t.typnamespace WHERE ${NO_EXTENSION("pg_type", "t.oid")}`,
		object: { kind: "type", name: "t.oid::regtype::text" },
	},
];

/** All parts. */
export const STRUCTURE_QUERIES: readonly StructureQuery[] = [...relations, ...others];

/** Where a rehearsal keeps in its copy what was there before; in no structure. */
export const REHEARSAL_SCHEMA = "godwit_rehearsal";

/** Godwit's tables, as a list of literals. */
export function ownTables({ versions, lock, history }: TableNames): string {
	return [versions, lock, history].map(quoteLiteral).join(", ");
}

/** The two tables that the queries read. @param own As `ownTables`. */
export function structureTables(own: string): string {
	return `space AS (SELECT n.oid, n.nspname FROM pg_namespace AS n WHERE n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', '${REHEARSAL_SCHEMA}') AND ${NO_EXTENSION("pg_namespace", "n.oid")}),
		own AS (SELECT to_regclass(name) AS oid FROM unnest(ARRAY[${own}]) AS name),
		rel AS (SELECT c.* FROM pg_class AS c JOIN space AS n ON n.oid = c.relnamespace WHERE ${NO_EXTENSION("pg_class", "c.oid")}
			AND NOT EXISTS (SELECT FROM own WHERE own.oid = c.oid)
			AND NOT EXISTS (SELECT FROM pg_depend AS d JOIN own ON own.oid = d.refobjid WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')))`;
}
