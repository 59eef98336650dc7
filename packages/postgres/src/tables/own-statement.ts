import { randomBytes } from "node:crypto";
import { FailedMessage, type PostgresConnection } from "../connection/postgres-connection.ts";
import { inTransaction } from "../connection/transaction.ts";
import { isLockNotAvailable, sqlState } from "../postgres-error.ts";
import { literal } from "./literal.ts";

/** A statement over godwit's own tables, which every migration of a run sends. */
export interface OwnStatement {
	/** Another one for another text; `undefined` for what is never prepared. */
	readonly name: string | undefined;
	/** In their order, with the type of each as PostgreSQL calls it. */
	readonly values?: readonly (readonly [type: string, value: Parameters<typeof literal>[0]])[];
	/** @param values An SQL expression for each. */
	sql(values: readonly string[]): string;
}

/**
 * Writes such statements for one session. PostgreSQL reads and plans a text anew each time, which after a change of the schema
 * takes longer than to run it. So what was sent once is prepared before the next transaction.
 */
export interface OwnStatements {
	/** The SQL to send. */
	write(statement: OwnStatement): string;
	/** Prepares what was written; it belongs outside a transaction. @throws FailedMessage When the connection is lost. */
	prepare(): Promise<void>;
	/** Whether prepared statements are in use. */
	readonly kept: boolean;
	/** Writes texts from now on. */
	forget(): void;
	/** Whether a message with such statements has failed, which texts may do; then it writes texts from now on. */
	givenUp(error: unknown): error is FailedMessage;
}

/** See https://www.postgresql.org/docs/current/errcodes-appendix.html */
const CANCELED = "57014";

/** To prepare an INSERT is to lock its table until the end of the transaction. In milliseconds. */
const NO_WAITING = "SET LOCAL lock_timeout = 1";

/** @param own Whether the session is this driver's alone; another one's gets no statements that stay in it. */
export function ownStatements(connection: PostgresConnection, own: boolean): OwnStatements {
	/** A file may prepare statements too, and must not meet these by chance. */
	const prefix = `godwit_${randomBytes(6).toString("hex")}_`;
	const written = new Map<string, OwnStatement>();
	const prepared = new Set<string>();
	let wanted = own;

	function forget(): void {
		wanted = false;
		written.clear();
		prepared.clear();
	}

	return {
		forget,
		get kept() {
			return prepared.size > 0;
		},
		async prepare() {
			if (written.size === 0) return;
			const texts = [...written.values()].map((statement) => prepareStatement(prefix, statement));
			for (const name of written.keys()) prepared.add(name);
			written.clear();
			try {
				await inTransaction(connection, { after: [NO_WAITING, ...texts] }, async () => ({
					result: undefined,
					last: [],
				}));
			} catch (error) {
				if (!(error instanceof FailedMessage) || connection.lost !== undefined) throw error;
				// What is wrong with a statement is told when it runs as a text.
				forget();
			}
		},
		write(statement) {
			const { name, values = [] } = statement;
			const literals = values.map(([, value]) => literal(value));
			if (name === undefined) return statement.sql(literals);
			if (prepared.has(name)) return `EXECUTE ${prefix}${name}${inParentheses(literals)}`;
			if (wanted) written.set(name, statement);
			return statement.sql(literals);
		},
		givenUp(error): error is FailedMessage {
			if (prepared.size === 0 || !(error instanceof FailedMessage) || connection.lost !== undefined) return false;
			if (isLockNotAvailable(error) || sqlState(error) === CANCELED) return false;
			forget();
			return true;
		},
	};
}

function prepareStatement(prefix: string, { name, values = [], sql }: OwnStatement): string {
	const types = inParentheses(values.map(([type]) => type));
	return `PREPARE ${prefix}${name}${types} AS ${sql(values.map((_, index) => `$${index + 1}`))}`;
}

function inParentheses(list: readonly string[]): string {
	return list.length === 0 ? "" : `(${list.join(", ")})`;
}
