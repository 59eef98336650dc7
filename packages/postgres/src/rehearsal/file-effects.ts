import type { FileEffects, StatementEffects } from "@godwit/core";
import { excerpt } from "../postgres-error.ts";
import type { PlacedStatement, ReadBody } from "../statements/read-body.ts";

/** A table of before, as far as statements are looked for that can take rows of it away. */
export interface WatchedTable {
	readonly name: string;
	/** As `TableToCompare.bareName`. */
	readonly bareName: string;
	/** Tables whose rows take rows of this one with them when they are deleted, in all steps; their bare names. */
	readonly parents: readonly string[];
}

const DELETES = /(?<!\bon\s+)\bdelete\b|\btruncate\b|\bmerge\s+into\b|\bdrop\s+table\b/i;
const UPDATES = /(?<!\b(?:on|for)\s+)\bupdate\b/i;
const DROPS = /^(?:DROP TABLE|TRUNCATE)\b/;

/** Whatever they name. */
const DOES_ANYTHING = /^(?:DO|CALL|EXECUTE)\b|\bdrop\s+(?:schema|extension|type|domain|owned|server)\b/i;

const UNKNOWN = "PostgreSQL does not tell what a statement does";

/**
 * Returns for each statement the tables of which it may take rows away, by the words that are in it: which one did is for a comparison of rows to
 * tell. Of those that may, the likeliest are taken: those that delete and name the table, or else those that change it, or else those of
 * which nothing can be told.
 */
export function fileEffects(bodies: readonly ReadBody[], tables: readonly WatchedTable[]): readonly FileEffects[] {
	const all = bodies.flatMap(({ statements }) => statements);
	const takers = new Map(tables.map((table) => [table.name, new Set(takersOf(table, all))]));
	return bodies.map(({ statements, directives }) => ({
		...transactionOf(directives),
		...{ foreignKeys: true, findings: [], fails: false },
		statements: statements.map((statement) =>
			effectsOf(
				statement,
				tables.filter(({ name }) => takers.get(name)?.has(statement)).map(({ name }) => name),
			),
		),
		allows: [...directives].filter((name) => name.startsWith("allow ")).map((name) => name.slice("allow ".length)),
	}));
}

function transactionOf(directives: ReadBody["directives"]): Pick<FileEffects, "transaction" | "rounds"> {
	const rounds = directives.has("until-done");
	return { transaction: !rounds && !directives.has("no-transaction"), rounds };
}

function takersOf(table: WatchedTable, statements: readonly PlacedStatement[]): readonly PlacedStatement[] {
	const names = (bareName: string): RegExp =>
		new RegExp(`(?<![\\w$])${bareName.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&")}(?![\\w$])`, "i");
	const own = names(table.bareName);
	const any = [table.bareName, ...table.parents].map(names);
	const kinds = [
		({ sql }: PlacedStatement) => DELETES.test(sql) && any.some((name) => name.test(sql)),
		({ sql }: PlacedStatement) => UPDATES.test(sql) && own.test(sql),
		({ sql }: PlacedStatement) => DOES_ANYTHING.test(sql),
	];
	return kinds.map((kind) => statements.filter(kind)).find((found) => found.length > 0) ?? [];
}

function effectsOf({ sql, line, column, words }: PlacedStatement, removes: readonly string[]): StatementEffects {
	const none = { reads: [], writes: [], cascades: [], destroys: [], creates: [], drops: [], alters: [], renames: [] };
	const everyRow = removes.length > 0 && DROPS.test(words.join(" "));
	return { ...none, sql: excerpt(sql), line, column, removes, everyRow, checksForeignKeys: false, unknown: UNKNOWN };
}
