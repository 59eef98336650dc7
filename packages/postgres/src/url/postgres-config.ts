import {
	boolOption,
	durationOption,
	leaseOption,
	type OptionRule,
	type OptionTable,
	oneOfOption,
	optionTable,
} from "@godwit/sql";

/**
 * How the driver works on one database. Each option is an `x-` parameter of the URL too: `migrationsTable` is
 * `x-migrations-table`, and a duration, in milliseconds here, is written as in Go there (`x-lock-timeout=15s`).
 */
export interface PostgresConfig {
	/** Table that holds version and dirty flag. The lock and the history are in the tables of this name followed by `_lock` and `_history`. */
	readonly migrationsTable: string;
	/** The table's name is `"schema"."table"`, with the quotes. */
	readonly migrationsTableQuoted: boolean;
	/** How long a statement may take, in milliseconds; 0 is what the server says. In a URL a number alone is milliseconds, as for golang-migrate. */
	readonly statementTimeoutMs: number;
	/** Runs every body outside a transaction, statement by statement, with the dirty flag set meanwhile. */
	readonly multiStatement: boolean;
	/** golang-migrate's limit of one statement, in bytes. It is not needed here. */
	readonly multiStatementMaxSize: number | undefined;
	/** How long `lock` waits for another holder, in milliseconds. */
	readonly lockTimeoutMs: number;
	/** How long a statement waits for a lock on a table, in milliseconds; 0 is for ever. */
	readonly ddlLockTimeoutMs: number;
	/** How long a lock is valid whose owner cannot be checked from here, such as one behind a pooler, in milliseconds. */
	readonly lockLeaseMs: number;
	/**
	 * Whether the driver has a `history`, in the table of `migrationsTable` with `_history` behind: `full`, of every event with
	 * its texts; `hash`, without them; `off`, none.
	 */
	readonly history: "full" | "hash" | "off";
}

/** The longest timeout that the server takes, in milliseconds. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

const options: OptionTable<PostgresConfig> = optionTable<PostgresConfig>({
	migrationsTable: {
		fallback: "schema_migrations",
		form: "a table name",
		parse: (text) => (isTable(text) ? text : undefined),
		accepts: isTable,
	},
	migrationsTableQuoted: boolOption(false),
	statementTimeoutMs: millisecondsOption(serverTimeoutOption(0)),
	multiStatement: boolOption(false),
	multiStatementMaxSize: bytesOption(),
	lockTimeoutMs: durationOption(15_000),
	ddlLockTimeoutMs: serverTimeoutOption(10_000),
	lockLeaseMs: leaseOption(60_000),
	history: oneOfOption("full", ["full", "hash", "off"]),
});

/** As `OptionTable.complete`. */
export const completeConfig: OptionTable<PostgresConfig>["complete"] = options.complete;

/** As `OptionTable.parse`. */
export const parseConfig: OptionTable<PostgresConfig>["parse"] = options.parse;

function isTable(name: unknown): name is string {
	return typeof name === "string" && name !== "" && !name.includes("\0");
}

/** A timeout that the server keeps. */
function serverTimeoutOption(fallback: number): OptionRule<number> {
	const { form, ...rule } = durationOption(fallback);
	const accepts = (value: unknown): boolean => rule.accepts(value) && Number(value) <= MAX_TIMEOUT_MS;
	return {
		...{ fallback, accepts, form: `${form}, of at most ${MAX_TIMEOUT_MS} ms, which are 24 days` },
		parse(text) {
			const value = rule.parse(text);
			return accepts(value) ? value : undefined;
		},
	};
}

/** @param rule How a value with a unit is read. */
function millisecondsOption(rule: OptionRule<number>): OptionRule<number> {
	return { ...rule, parse: (text) => rule.parse(/^\d+$/.test(text) ? `${text}ms` : text) };
}

function bytesOption(): OptionRule<number | undefined> {
	return {
		fallback: undefined,
		form: "a number of bytes",
		parse: (text) => (/^\d+$/.test(text) ? Number(text) : undefined),
		accepts: (value) => value === undefined || typeof value === "number",
	};
}
