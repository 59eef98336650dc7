import { FailedMessage, type PostgresConnection } from "../connection/postgres-connection.ts";
import { sqlState } from "../postgres-error.ts";
import { literal } from "./literal.ts";

/** A statement over godwit's own tables, which every migration of a run sends. */
export interface OwnStatement {
	/** Of what it is prepared as; another one for another text. */
	readonly name: string;
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
	/** Prepares what was written. It belongs outside a transaction. @throws FailedMessage When the connection is lost. */
	prepare(): Promise<void>;
	/** The SQL to send. */
	write(statement: OwnStatement): string;
	/** Writes texts from now on. */
	forget(): void;
	/** Whether something failed since a prepared statement is not there any more, or not as it was; then it forgets them. */
	lost(error: unknown): boolean;
}

/** See https://www.postgresql.org/docs/current/errcodes-appendix.html: no such statement, and a result of another type. */
const GONE = /^(26000|0A000)$/;

/** @param own Whether the session is this driver's alone; another one's gets no statements that stay in it. */
export function ownStatements(connection: PostgresConnection, own: boolean): OwnStatements {
	const written = new Map<string, OwnStatement>();
	const prepared = new Set<string>();
	let kept = own;

	function forget(): void {
		kept = false;
		written.clear();
		prepared.clear();
	}

	return {
		forget,
		async prepare() {
			if (written.size === 0) return;
			const texts = [...written.values()].map(prepareStatement);
			try {
				await connection.send(texts.join("; "));
			} catch (error) {
				if (!(error instanceof FailedMessage) || connection.lost !== undefined) throw error;
				// The statement itself tells what is wrong with it.
				forget();
			}
			for (const name of written.keys()) prepared.add(name);
			written.clear();
		},
		write(statement) {
			const { name, values = [] } = statement;
			const literals = values.map(([, value]) => literal(value));
			if (prepared.has(name)) return `EXECUTE ${name}${literals.length === 0 ? "" : `(${literals.join(", ")})`}`;
			if (kept) written.set(name, statement);
			return statement.sql(literals);
		},
		lost(error) {
			if (prepared.size === 0 || !(error instanceof FailedMessage) || !GONE.test(sqlState(error) ?? "")) return false;
			forget();
			return true;
		},
	};
}

function prepareStatement({ name, values = [], sql }: OwnStatement): string {
	const types = values.length === 0 ? "" : `(${values.map(([type]) => type).join(", ")})`;
	return `PREPARE ${name}${types} AS ${sql(values.map((_, index) => `$${index + 1}`))}`;
}
