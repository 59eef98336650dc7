import { MigrateError, nearestName } from "@godwit/core";
import type { TransactionMode } from "../connection/sqlite-connection.ts";
import { parseGoBool } from "./go-bool.ts";
import { parseGoDuration } from "./go-duration.ts";

/**
 * How the driver works on one database. Each option is an `x-` parameter of the URL too: `migrationsTable` is
 * `x-migrations-table`, and a duration, in milliseconds here, is written as in Go there (`x-lock-timeout=15s`).
 */
export interface SqliteConfig {
	/** Table that holds version and dirty flag. The lock is a row in the table of this name followed by `_lock`. */
	readonly migrationsTable: string;
	/** Runs every body outside a transaction, with the dirty flag set meanwhile. */
	readonly noTxWrap: boolean;
	/** How a migration's transaction begins, see https://sqlite.org/lang_transaction.html */
	readonly txMode: TransactionMode;
	/** How long `lock` waits for another holder, in milliseconds. */
	readonly lockTimeoutMs: number;
	/** How long a lock is valid whose owner cannot be checked from here, such as one on another host, in milliseconds. */
	readonly lockLeaseMs: number;
	/** How long a statement waits for other connections' transactions, in milliseconds. The event loop is not blocked. */
	readonly busyTimeoutMs: number;
	/** Journal mode to change the database to before the first migration runs; `undefined` leaves it. */
	readonly journalMode: "delete" | "truncate" | "persist" | "wal" | undefined;
	/** `PRAGMA synchronous` while godwit writes; `undefined` is `full`, and on the caller's own connection what the caller has set. */
	readonly synchronous: "off" | "normal" | "full" | "extra" | undefined;
	/** Enforces foreign keys while a body runs. A table rebuild then deletes ON DELETE CASCADE children. */
	readonly foreignKeys: boolean;
	/** Refuses a migration after which more rows violate a foreign key than before. */
	readonly foreignKeyCheck: boolean;
	/** `"allow"` permits a migration to remove a table to which foreign keys still refer; `undefined` refuses it. */
	readonly danglingReferences: "allow" | undefined;
	/**
	 * `"alone"` lets sqlite-wasm open a database in WAL mode, which it cannot share with any other process or library. Only
	 * right when nothing else uses the database. `undefined` refuses it.
	 */
	readonly wal: "alone" | undefined;
	/**
	 * Whether the driver has a `history`, in the table of `migrationsTable` with `_history` behind: `full`, of every event with its
	 * texts; `hash`, without them; `off`, none.
	 */
	readonly history: "full" | "hash" | "off";
	/**
	 * Takes `"text"` for a string where no column has that name, as golang-migrate does. Only sqlite-node can; the others
	 * refuse it.
	 */
	readonly doubleQuotedStrings: boolean;
	/** Commits body and version together; false is golang-migrate's way, three transactions for a migration. */
	readonly atomic: boolean;
}

interface OptionRule<T> {
	readonly fallback: T;
	/** What a value looks like, for messages. */
	readonly form: string;
	parse(text: string): T | undefined;
	/** Returns whether a caller's value is valid, in code that TypeScript does not check. */
	accepts(value: unknown): boolean;
}

const RULES: { readonly [K in keyof SqliteConfig]: OptionRule<SqliteConfig[K]> } = {
	migrationsTable: {
		fallback: "schema_migrations",
		form: "a table name that does not begin with sqlite_",
		parse: (text) => (isTable(text) ? text : undefined),
		accepts: isTable,
	},
	noTxWrap: bool(false),
	txMode: oneOf("immediate", ["deferred", "immediate", "exclusive"]),
	lockTimeoutMs: duration(15_000),
	// The lock row says when it ends, so it has to end.
	lockLeaseMs: { ...duration(60_000), accepts: isLease },
	busyTimeoutMs: duration(5_000),
	journalMode: oneOf(undefined, ["delete", "truncate", "persist", "wal"]),
	synchronous: oneOf(undefined, ["off", "normal", "full", "extra"]),
	foreignKeys: bool(false),
	foreignKeyCheck: bool(false),
	danglingReferences: oneOf(undefined, ["allow"]),
	wal: oneOf(undefined, ["alone"]),
	history: oneOf("full", ["full", "hash", "off"]),
	doubleQuotedStrings: bool(false),
	atomic: bool(true),
};

const NAMES = Object.keys(RULES) as readonly (keyof SqliteConfig)[];

/** `lockTimeoutMs` is `x-lock-timeout`: the unit is part of a Go duration. */
function parameterOf(name: keyof SqliteConfig): string {
	return `x-${name.replace(/Ms$/, "").replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/**
 * Completes a caller's options with the defaults.
 *
 * @throws MigrateError `ERR_INVALID_OPTION` for an unknown name, naming the nearest one.
 */
export function completeConfig(options: Partial<SqliteConfig>): SqliteConfig {
	const unknown = Object.keys(options).find((name) => !Object.hasOwn(RULES, name));
	if (unknown !== undefined) throw unknownOption(unknown, NAMES);
	const defaults = Object.fromEntries(NAMES.map((name) => [name, RULES[name].fallback]));
	const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
	for (const name of NAMES) {
		if (name in given && !RULES[name].accepts(given[name])) throw invalidValue(name, String(given[name]), RULES[name]);
	}
	return { ...defaults, ...given } as unknown as SqliteConfig;
}

/**
 * Reads the options of a URL. Every parameter must be an option; none is ignored.
 *
 * @throws MigrateError `ERR_INVALID_OPTION`.
 */
export function parseConfig(parameters: URLSearchParams): SqliteConfig {
	const options: Record<string, unknown> = {};
	for (const [parameter, text] of parameters) {
		const name = NAMES.find((candidate) => parameterOf(candidate) === parameter);
		if (name === undefined) throw unknownOption(parameter, NAMES.map(parameterOf));
		if (name in options) {
			const message = `the option ${parameter} is given twice`;
			throw new MigrateError("ERR_INVALID_OPTION", message, { option: parameter });
		}
		const value = RULES[name].parse(text);
		if (value === undefined) throw invalidValue(parameter, text, RULES[name]);
		options[name] = value;
	}
	return completeConfig(options as Partial<SqliteConfig>);
}

function unknownOption(option: string, known: readonly string[]): MigrateError<"ERR_INVALID_OPTION"> {
	const nearest = nearestName(option, known);
	const hint = nearest === undefined ? `known are ${known.join(", ")}` : `did you mean ${nearest}?`;
	return new MigrateError("ERR_INVALID_OPTION", `there is no option ${option}; ${hint}`, { option });
}

function invalidValue(
	option: string,
	value: string,
	{ form }: { readonly form: string },
): MigrateError<"ERR_INVALID_OPTION"> {
	return new MigrateError("ERR_INVALID_OPTION", `${option}=${value} cannot be read: it takes ${form}`, {
		option,
		value,
	});
}

function isTable(name: unknown): name is string {
	return typeof name === "string" && name !== "" && !/^sqlite_/i.test(name) && !name.includes("\0");
}

function bool(fallback: boolean): OptionRule<boolean> {
	return { fallback, form: "true or false", parse: parseGoBool, accepts: (value) => typeof value === "boolean" };
}

function duration(fallback: number): OptionRule<number> {
	return {
		fallback,
		form: "a duration such as 15s, 250ms or 1m30s (a number of milliseconds in code)",
		parse: parseGoDuration,
		accepts: (value) => typeof value === "number" && value >= 0,
	};
}

/** The longest that a Go duration can be, 2^63 ns. */
const MAX_LEASE_MS = 2 ** 63 / 1e6;

function isLease(value: unknown): boolean {
	return typeof value === "number" && value >= 0 && value <= MAX_LEASE_MS;
}

function oneOf<const T extends string, F extends T | undefined>(fallback: F, values: readonly T[]): OptionRule<T | F> {
	return {
		fallback,
		form: values.join(", "),
		parse: (text) => values.find((value) => value === text.toLowerCase()),
		accepts: (value) => values.some((known) => known === value),
	};
}
