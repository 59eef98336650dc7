import { createUtf8Decoder, MigrateError, type MigrationBody } from "@godwit/core";
import { SplitError } from "./split-error.ts";
import { createStatementSplitter, type Statement } from "./statement-splitter.ts";

/** The statements of a body, a chunk's worth at a time, so that a body of any length needs little memory. */
export interface StatementReader extends AsyncDisposable {
	/** As the splitter's. */
	readonly leadingComments: readonly string[];
	/** Returns the next statements, at least one, or `undefined` at the end. */
	next(): Promise<readonly Statement[] | undefined>;
}

/**
 * Opens a body and reads up to its first statement.
 *
 * @throws MigrateError `ERR_INVALID_BODY`, from `next` too, for what is not UTF-8 or cannot be split.
 */
export async function readStatements(body: MigrationBody): Promise<StatementReader> {
	const splitter = createStatementSplitter();
	const decoder = createUtf8Decoder();
	const chunks = body[Symbol.asyncIterator]();
	let ended = false;

	async function read(): Promise<readonly Statement[] | undefined> {
		while (!ended) {
			const chunk = await chunks.next();
			ended = chunk.done === true;
			if (ended) decoder.end();
			const statements = chunk.done ? splitter.end() : splitter.push(decoder.decode(chunk.value));
			if (statements.length > 0) return statements;
		}
		return undefined;
	}

	async function readPlaced(): Promise<readonly Statement[] | undefined> {
		try {
			return await read();
		} catch (error) {
			await chunks.return?.();
			if (!(error instanceof SplitError)) throw error;
			const { line, column, problem, message } = error;
			throw new MigrateError("ERR_INVALID_BODY", message, { line, column, problem }, { cause: error });
		}
	}

	let opening = await readPlaced();
	return {
		leadingComments: splitter.leadingComments,
		async next() {
			if (opening === undefined) return readPlaced();
			const statements = opening;
			opening = undefined;
			return statements;
		},
		async [Symbol.asyncDispose]() {
			await chunks.return?.();
		},
	};
}
