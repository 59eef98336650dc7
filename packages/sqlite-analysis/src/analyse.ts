import {
	type Analysis,
	type FileEffects,
	type FileFinding,
	isMigrateError,
	type MigrationBody,
	type StatementEffects,
} from "@godwit/core";
import type { Statement } from "@godwit/sql";
import {
	type Analyse,
	type AnalysedDatabase,
	forEachBatch,
	type SqliteConnection,
	type SqlRow,
	type Statements,
	withStatements,
} from "@godwit/sqlite";
import { isOfMain } from "./effects/table-names.ts";
import { FileAnalysis, type Result } from "./file-analysis.ts";
import { restoreClone } from "./pragma-on-clone.ts";
import { readRounds } from "./read-rounds.ts";
import { type Found, isProbe, type Probe, type RanFile } from "./rules/rule.ts";
import { columnTypes } from "./rules/whole-file/column-types.ts";
import { type BrokenObject, brokenObjects, dangling } from "./rules/whole-file/dangling.ts";
import { rebuildLoses } from "./rules/whole-file/rebuild-loses.ts";
import { fillClone, type SchemaClone } from "./schema/schema-clone.ts";
import { readSnapshot } from "./schema/schema-snapshot.ts";
import { readSchemaState, type SchemaState } from "./schema/schema-state.ts";

/**
 * Returns what bodies would do, from the programs that SQLite compiles of their statements on a clone of the schema, without rows.
 *
 * The database itself is only read: its schema, and where `rows` is asked for what the rules want to know of its rows.
 */
export const analyse: Analyse = async (bodies, { rows = false, whole = [] }, database) => {
	const snapshot = await database.read(readSnapshot);
	const connection = database.openClone();
	try {
		const clone = fillClone(connection, snapshot);
		const plan = new PlanAnalysis(clone, database, rows);
		for (const body of bodies) if (!(await plan.take(body, { whole: whole.includes(body) }))) break;
		return await plan.end();
	} finally {
		connection.close();
	}
};

/** What is known of the schema between two files. */
interface Between {
	readonly state: SchemaState;
	readonly broken: readonly BrokenObject[];
}

interface AnalysedFile extends Omit<FileEffects, "findings"> {
	readonly findings: readonly FileFinding[];
	readonly results: readonly Result[];
	readonly allows: readonly string[];
	readonly isAllowed: (finding: FileFinding) => boolean;
}

class PlanAnalysis {
	readonly #clone: SchemaClone;
	readonly #database: AnalysedDatabase;
	readonly #rows: boolean;
	readonly #touched = new Map<string, "empty" | "changed">();
	readonly #files: AnalysedFile[] = [];
	#between: Between;

	constructor(clone: SchemaClone, database: AnalysedDatabase, rows: boolean) {
		this.#clone = clone;
		this.#database = database;
		this.#rows = rows;
		this.#between = this.#look();
	}

	readonly #isShown = (table: string): boolean =>
		isOfMain(table) && !/^sqlite_/i.test(table) && !this.#database.isTool(table);

	#look(): Between {
		const { connection } = this.#clone;
		const state = readSchemaState(connection, this.#isShown);
		return { state, broken: brokenObjects(connection, state) };
	}

	/** @returns false when the file fails, so that none comes after it. */
	async take(body: MigrationBody, { whole }: { readonly whole: boolean }): Promise<boolean> {
		let rounds = false;
		try {
			return await withStatements(body, (statements) => {
				rounds = !whole && statements.directives.has("until-done");
				return this.#takeReadable(statements, whole);
			});
		} catch (error) {
			if (!isMigrateError(error, "ERR_INVALID_BODY")) throw error;
			const { line, column } = error.details;
			const { noTxWrap, foreignKeys } = this.#database.config;
			this.#files.push({
				...{ transaction: !rounds && !noTxWrap, rounds, foreignKeys, fails: true },
				...{ statements: [], results: [], allows: [] },
				findings: [{ rule: "fails", level: "error", line, column, message: error.message }],
				isAllowed: () => false,
			});
			return false;
		}
	}

	async #takeReadable(statements: Statements, whole: boolean): Promise<boolean> {
		const { config, openClone } = this.#database;
		const rounds = whole ? undefined : await readRounds(statements);
		const transaction = !config.noTxWrap && !statements.directives.has("no-transaction") && rounds === undefined;
		const before = this.#between;
		const { connection } = this.#clone;
		const { foreignKeys } = config;
		const analysis = new FileAnalysis({
			...{ clone: connection, before: before.state, transaction, rounds, whole, foreignKeys, rows: this.#rows },
			...{ touched: this.#touched, isShown: this.#isShown, openEmpty: openClone },
		});
		if (rounds === undefined) await takeAll(analysis, statements);
		else analysis.take(rounds.whole);
		restoreClone(connection);
		this.#between = this.#look();
		const ran = { before: before.state, after: this.#between.state, statements: analysis.statements };
		const { failure } = analysis;
		const allows = [...statements.directives].flatMap((directive) => /^allow (.*)$/.exec(directive)?.[1] ?? []);
		this.#files.push({
			...{ transaction, rounds: rounds !== undefined, foreignKeys, fails: failure !== undefined },
			results: analysis.results,
			statements: analysis.statements.map(withAllowed),
			findings: failure === undefined ? this.#fileFindings(ran, before) : [failure],
			allows,
			isAllowed: (finding) => allows.includes(finding.rule) || analysis.allows(finding),
		});
		return failure === undefined;
	}

	#fileFindings(file: RanFile, before: Between): readonly FileFinding[] {
		return [...rebuildLoses(file), ...columnTypes(file), ...dangling(file, before.broken, this.#between.broken)];
	}

	/** Asks the rows, and puts everything in its order. */
	async end(): Promise<Analysis> {
		const all = this.#files.flatMap(({ results }) => results);
		const probes = all.filter(isProbeResult);
		const answers =
			probes.length === 0 ? new Map() : await this.#database.read((connection) => ask(connection, probes));
		return { files: this.#files.map((file) => fileEffects(file, answers)), gaps: this.#clone.gaps };
	}
}

function withAllowed({ statement, effects }: FileAnalysis["statements"][number]): StatementEffects {
	return statement.allows === undefined ? effects : { ...effects, allows: [...statement.allows] };
}

async function takeAll(analysis: FileAnalysis, statements: Statements): Promise<void> {
	await forEachBatch(statements, (batch) => {
		for (const statement of batch) analysis.take(statement);
	});
}

type ProbeResult = Result & { readonly result: Probe };

function isProbeResult(found: Result): found is ProbeResult {
	return isProbe(found.result);
}

type Answers = ReadonlyMap<Probe, FileFinding | undefined>;

function ask(connection: SqliteConnection, probes: readonly ProbeResult[]): Answers {
	return new Map(
		probes.map(({ result, statement }) => {
			const found = answerTo(connection, result);
			return [result, found && { ...found, ...placeOf(statement) }];
		}),
	);
}

/** A condition may need a function that the application alone has. */
function answerTo(connection: SqliteConnection, { sql, decide, refused }: Probe): Found | undefined {
	let rows: readonly SqlRow[];
	try {
		rows = connection.query(sql);
	} catch (error) {
		if (connection.resultCode(error) !== "SQLITE_ERROR") throw error;
		return refused((error as Error).message);
	}
	return decide(rows);
}

function placeOf({ line, column }: Statement): Pick<FileFinding, "line" | "column"> {
	return { line, column };
}

function fileEffects(
	{ results, findings, allows, isAllowed, ...effects }: AnalysedFile,
	answers: Answers,
): FileEffects {
	const ofStatements = results.flatMap(({ statement, result }): readonly FileFinding[] => {
		if (!isProbe(result)) return [{ ...result, ...placeOf(statement) }];
		const answer = answers.get(result);
		return answer === undefined ? [] : [answer];
	});
	const sorted = [...ofStatements, ...findings].sort((a, b) => a.line - b.line || a.column - b.column);
	return { ...effects, allows, findings: sorted.filter((finding) => !isAllowed(finding)) };
}
