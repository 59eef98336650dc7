import type { FileFinding, StatementEffects } from "@godwit/core";
import type { RoundStatement, Statement } from "@godwit/sql";
import {
	assertDivisible,
	canonicalTokens,
	missedColumn,
	quotedName,
	readPragma,
	type SqliteConnection,
} from "@godwit/sqlite";
import { type Outcome, statementEffects } from "./effects/statement-effects.ts";
import { readTableNames, type TableNames } from "./effects/table-names.ts";
import { followPragma } from "./pragma-on-clone.ts";
import { refusedInside } from "./refused-inside.ts";
import { doubleQuotedMessage } from "./rules/double-quoted.ts";
import { dropCascades } from "./rules/drop-cascades.ts";
import { endlessInsert } from "./rules/endless-insert.ts";
import { everyRow } from "./rules/every-row.ts";
import { ifNotExistsHides } from "./rules/if-not-exists-hides.ts";
import { needsRowsCheck } from "./rules/needs-rows-check.ts";
import { noEffectPragma } from "./rules/no-effect-pragma.ts";
import { notInRounds } from "./rules/not-in-rounds.ts";
import { changedTable } from "./rules/object-name.ts";
import type { FileProgress, Found, NextStatement, Probe, RuleAfter, RuleBefore } from "./rules/rule.ts";
import { selectStarCopy } from "./rules/select-star-copy.ts";
import type { SchemaState } from "./schema/schema-state.ts";

const BEFORE: readonly RuleBefore[] = [noEffectPragma, notInRounds, selectStarCopy, ifNotExistsHides];
const AFTER: readonly RuleAfter[] = [dropCascades, endlessInsert, everyRow, needsRowsCheck];

/** A rule's result, and the statement that it is about. */
export interface Result {
	readonly statement: Statement;
	readonly result: Found | Probe;
}

export interface FileAnalysisOptions {
	readonly clone: SqliteConnection;
	readonly before: SchemaState;
	readonly transaction: boolean;
	/** As `FileProgress.rounds`; the file's one statement is its `whole`. */
	readonly rounds: RoundStatement | undefined;
	readonly whole: boolean;
	readonly foreignKeys: boolean;
	readonly rows: boolean;
	/** See `FileProgress.touched`; grows. */
	readonly touched: Map<string, "empty" | "changed">;
	readonly isShown: (table: string) => boolean;
	readonly openEmpty: () => SqliteConnection;
}

const HIDDEN_TRIGGER = "there is a trigger on a table of godwit or of another tool, and what it does is not followed";

/** Whether a trigger acts when a tool writes its table, as godwit does after each migration. */
function hasHiddenTrigger(clone: SqliteConnection, isShown: (table: string) => boolean): boolean {
	const triggers = "SELECT tbl_name AS name FROM sqlite_schema WHERE type = 'trigger'";
	return clone
		.query(`${triggers} UNION ALL ${triggers.replace("sqlite_schema", "sqlite_temp_schema")}`)
		.some(({ name }) => !isShown(String(name)));
}

/** Takes the statements of one file, one after the other, and tells what they do and what the rules say of each. */
export class FileAnalysis {
	readonly statements: { readonly statement: Statement; readonly effects: StatementEffects }[] = [];
	readonly results: Result[] = [];
	/** Why the file stops at a statement. */
	failure: FileFinding | undefined;
	readonly #options: FileAnalysisOptions;
	/** Statements that may break a rule. */
	readonly #allowing: Statement[] = [];
	readonly #emptied = new Set<string>();
	readonly #newColumns = new Set<string>();
	#foreignKeys: boolean;
	/** After ATTACH a name may lead to another file. */
	#attached = false;
	#names: { readonly version: string; readonly names: TableNames } | undefined;

	constructor(options: FileAnalysisOptions) {
		this.#options = options;
		this.#foreignKeys = options.foreignKeys;
	}

	/** Takes the next statement, unless an earlier one fails. */
	take(statement: Statement): void {
		if (this.failure !== undefined) return;
		const { clone, transaction, openEmpty } = this.#options;
		if (statement.allows !== undefined) this.#allowing.push(statement);
		const refused = transaction ? refusedInside(statement, openEmpty) : undefined;
		if (refused !== undefined) {
			this.#fail(statement, "fails", refused.message);
			return;
		}
		const next = { statement, tokens: canonicalTokens(statement.sql), clone, file: this.#progress() };
		const found = BEFORE.flatMap((rule) => rule(next));
		followPragma(clone, statement);
		const outcome = this.#outcomeOf(statement);
		const judged = this.#judge(statement, outcome);
		const effects = judged && this.#withRound(judged);
		if (effects === undefined) return;
		const { rounds } = this.#options;
		// Throws as for a file that cannot be read.
		if (rounds !== undefined && effects.unknown === undefined) assertDivisible(clone, rounds);
		this.statements.push({ statement, effects });
		const ran = { ...next, effects, stops: outcome.stops };
		for (const result of [...found, ...AFTER.flatMap((rule) => rule(ran))]) this.results.push({ statement, result });
		this.#note(next, effects);
	}

	/** Whether the statement at the place of a finding may break its rule. */
	allows({ line, column, rule }: FileFinding): boolean {
		return this.#allowing.some(
			(statement) =>
				statement.line === line &&
				statement.column === column &&
				[...(statement.allows ?? [])].some((allowed) => allowed === rule),
		);
	}

	#progress(): FileProgress {
		const { before, transaction, rounds, whole, rows, touched, openEmpty } = this.#options;
		const progress = { before, transaction, rounds, whole, rows, touched, openEmpty, foreignKeys: this.#foreignKeys };
		return { ...progress, emptied: this.#emptied, newColumns: this.#newColumns };
	}

	#outcomeOf(statement: Statement): Outcome {
		const { clone, isShown } = this.#options;
		const outcome = statementEffects(clone, statement, () => this.#tableNames(), isShown);
		const makesTrigger = statement.keyword === "CREATE" && /\btrigger\b/i.test(statement.sql);
		if (!makesTrigger || !hasHiddenTrigger(clone, isShown)) return outcome;
		return { ...outcome, effects: { ...outcome.effects, unknown: outcome.effects.unknown ?? HIDDEN_TRIGGER } };
	}

	/**
	 * Adds what a round reads besides the whole statement, which the last round runs.
	 *
	 * @returns undefined when a round fails.
	 */
	#withRound(whole: StatementEffects): StatementEffects | undefined {
		const { rounds } = this.#options;
		if (rounds === undefined) return whole;
		const round = this.#judge(rounds.batch, this.#outcomeOf(rounds.batch));
		if (round === undefined) return undefined;
		const reads = [...new Set([...whole.reads, ...round.reads])].sort();
		const unknown = whole.unknown ?? round.unknown;
		return { ...whole, reads, ...(unknown !== undefined && { unknown }) };
	}

	/** @returns undefined when the statement fails. */
	#judge(statement: Statement, outcome: Outcome): StatementEffects | undefined {
		const error = outcome.error ?? (this.#foreignKeys ? outcome.errorWithForeignKeys : undefined);
		if (error === undefined) return outcome.effects;
		if (this.#options.clone.resultCode(error) === undefined) throw error;
		const message = (error as Error).message;
		const reason = this.#notHere(message);
		if (reason !== undefined) return { ...outcome.effects, unknown: reason };
		const text = missedColumn(message);
		if (text === undefined) this.#fail(statement, "fails", message);
		else this.#fail(statement, "double-quoted-literal", doubleQuotedMessage(text));
		return undefined;
	}

	#fail({ line, column }: Statement, rule: string, message: string): void {
		this.failure = { rule, level: "error", line, column, message };
	}

	/** What the database may have, and the clone has not. */
	#notHere(message: string): string | undefined {
		if (this.#attached) return `it may be about an attached file, which is not looked at (${message})`;
		if (!/^(no such (function|collation sequence|module)|unknown database|not authorized)\b/.test(message))
			return undefined;
		return `it needs what is not known here (${message})`;
	}

	#tableNames(): TableNames {
		const { clone } = this.#options;
		const version = ["main", "temp"].map((name) => schemaVersion(clone, name)).join();
		if (this.#names?.version !== version) this.#names = { version, names: readTableNames(clone) };
		return this.#names.names;
	}

	#note(next: NextStatement, effects: StatementEffects): void {
		const { keyword, sql } = next.statement;
		if (keyword === "ATTACH") this.#attached = true;
		if (keyword === "PRAGMA" && !this.#options.transaction && readPragma(sql)?.name === "foreign_keys") {
			this.#foreignKeys = /\b(on|yes|true|1)\b\W*$/i.test(sql);
		}
		const { writes, cascades, destroys, alters, renames, everyRow: all } = effects;
		const emptied = keyword === "DELETE" && all ? changedTable(next) : undefined;
		if (emptied !== undefined) this.#emptied.add(emptied);
		for (const { type, name } of effects.creates) if (type === "column") this.#newColumns.add(columnKey(name));
		const { touched } = this.#options;
		for (const { type, name } of effects.creates) {
			// A table of a query's has its rows.
			if (type === "table") touched.set(quotedName(name), effects.reads.length === 0 ? "empty" : "changed");
		}
		const changed = [...writes, ...(this.#foreignKeys ? cascades : []), ...destroys];
		const renamed = renames.flatMap(({ from, to }) => [from, to]);
		for (const table of [...changed, ...renamed]) touched.set(quotedName(table), "changed");
		for (const { name } of alters)
			if (touched.get(quotedName(name)) !== "empty") touched.set(quotedName(name), "changed");
	}
}

function schemaVersion(connection: SqliteConnection, database: string): string {
	const [row] = connection.query(`PRAGMA ${database}.schema_version`);
	return String(row?.schema_version);
}

function columnKey(name: string): string {
	const dot = name.lastIndexOf(".");
	return `${quotedName(name.slice(0, dot))}.${quotedName(name.slice(dot + 1))}`;
}
