import type { VersionState } from "@godwit/core";
import type { Statement } from "@godwit/sql";
import { isBusy, ownTablesError } from "../sqlite-error.ts";
import type { OwnTables, OwnTablesBody, OwnTablesOptions, RecordedVersion } from "../tables/own-tables.ts";
import { writesTo } from "../tables/written-tables.ts";

/** What changes rows. */
const WRITES: ReadonlySet<string> = new Set(["INSERT", "UPDATE", "DELETE", "REPLACE", "WITH"]);

/** What all the bodies have in common. */
export interface OfAllBodies {
	/** Lower case. */
	readonly name: string;
	/** Whether one may have made a trigger or a view that writes to the tables, so that a statement need not name them to do so. */
	indirect: boolean;
}

/** A class, as one is made for each migration. */
export class OwnTablesOfBody implements OwnTables {
	readonly allowed: boolean;
	readonly #inTransaction: boolean;
	readonly #tables: OwnTablesOptions;
	readonly #all: OfAllBodies;
	/** The first one that may have made a trigger. */
	#first: Statement | undefined;
	#named: NamedTables | undefined;

	constructor(tables: OwnTablesOptions, all: OfAllBodies, { directives, inTransaction }: OwnTablesBody) {
		this.#tables = tables;
		this.#all = all;
		this.allowed = directives.has("allow own-tables");
		this.#inTransaction = inTransaction;
	}

	get uncertain(): boolean {
		return this.#first !== undefined;
	}

	get before(): RecordedVersion | undefined {
		return this.allowed ? undefined : this.#named?.before;
	}

	beforeStatement(statement: Statement): void {
		const sql = statement.sql.toLowerCase();
		const names = sql.includes(this.#all.name);
		if (names || this.#all.indirect) this.#assertNoWrite(statement);
		if (names) {
			this.#named ??= namedBy(this.#tables);
			const { statements } = this.#named;
			if (!statements.has(statement.keyword)) statements.set(statement.keyword, statement);
			if (statement.keyword === "CREATE") this.#all.indirect = true;
		} else if (!/trigger|sqlite_(temp_)?(schema|master)/.test(sql)) return;
		this.#first ??= statement;
	}

	/**
	 * Refuses what writes to a table before it runs. A look at the rows afterwards would find nothing where there were none: before
	 * the first version is recorded, which in a transaction of all is at its end.
	 */
	#assertNoWrite(statement: Statement): void {
		const { keyword, sql } = statement;
		// Outside one what the file has done to the version is put right, and the fence finds a lock that is gone.
		if (!this.#inTransaction) return;
		const { connection, migrationsTable, row, history } = this.#tables;
		const others = [row.table, ...(history === undefined ? [] : [history.table])];
		const tables = this.allowed ? others : [migrationsTable, ...others];
		if (WRITES.has(keyword) && writesTo(connection, sql, tables)) {
			this.#named ??= namedBy(this.#tables);
			throw ownTablesError(statement, new TypeError("it writes to the table"));
		}
	}

	assertKept(): void {
		if (this.#first === undefined) return;
		const named = this.#named;
		const { connection, state, row, versions } = this.#tables;
		try {
			if (state.held) row.assertNoTrigger();
			if (named === undefined) return;
			this.#assertTablesKept(named);
			if (!this.allowed) assertVersionKept(named.before, versions.read());
			if (state.held && this.#inTransaction) row.assertMine();
			if (eventsNow(this.#tables) !== named.events) throw new TypeError("the history was changed");
		} catch (error) {
			// Another connection's transaction says nothing of what the body has done.
			throw isBusy(connection, error) ? error : ownTablesError(this.#culprit(this.#first), error);
		}
	}

	/** Returns the statement that most likely has changed a table. In a transaction none has written rows. */
	#culprit(first: Statement): Statement {
		const statements = this.#named?.statements;
		if (!this.#inTransaction) return statements?.values().next().value ?? first;
		return statements?.get("ALTER") ?? statements?.get("DROP") ?? statements?.get("CREATE") ?? first;
	}

	/** Finds a table that is gone, or that is no longer one to which the version, the history or the lock can be written. */
	#assertTablesKept({ existed }: NamedTables): void {
		const { state, row, versions, history } = this.#tables;
		// What may change the version may also drop its table, which is then made anew.
		const stays = existed && !this.allowed;
		// Without the lock whatever the history needs is made before the write.
		const historyStays = stays && state.held && history !== undefined;
		if (versions.exists() || stays) versions.assertWritable(historyStays);
		if (historyStays || history?.exists()) history.assertWritable();
		if (state.held && this.#inTransaction) row.assertWritable();
	}
}

/** What the tables were before the first statement that names one. */
interface NamedTables {
	/** The first statement that names one, of each keyword. */
	readonly statements: Map<string, Statement>;
	/** Whether the version table was there. */
	readonly existed: boolean;
	readonly before: RecordedVersion;
	readonly events: string;
}

function namedBy(tables: OwnTablesOptions): NamedTables {
	const statements = new Map<string, Statement>();
	return { statements, existed: tables.versions.exists(), before: recorded(tables), events: eventsNow(tables) };
}

function recorded({ versions, history }: OwnTablesOptions): RecordedVersion {
	return { ...versions.read(), stamp: history === undefined ? undefined : versions.stamp() };
}

function eventsNow({ history }: OwnTablesOptions): string {
	return history?.fingerprint() ?? "";
}

function assertVersionKept(before: VersionState, after: VersionState): void {
	if (after.version === before.version && after.dirty === before.dirty) return;
	throw new TypeError(`the version was ${before.version} and is ${after.version}`);
}
