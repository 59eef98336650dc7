import { type BackoffOptions, cleanUpAfter, type Driver, defineDriver, type LockState } from "@godwit/core";
import { bodyRunner } from "./body-runner.ts";
import type { PostgresConnection } from "./connection/postgres-connection.ts";
import { type Connected, session as openSession, type Session } from "./connection/session.ts";
import { postgresLock } from "./lock/postgres-lock.ts";
import { asksNoStore } from "./statements/asks-no-store.ts";
import { meaning } from "./statements/meaning.ts";
import { reachesBeyond } from "./statements/reaches-beyond.ts";
import { readStructure } from "./structure/read-structure.ts";
import { dropEverything } from "./tables/drop-everything.ts";
import { readHistory, readTexts, readVersion } from "./tables/recorded-state.ts";
import { migrationsTableOf } from "./url/migrations-table.ts";
import type { PostgresConfig } from "./url/postgres-config.ts";

export interface PostgresDriverOptions {
	/** The database, for messages: `app on db.example:5432`. Without secrets. */
	readonly name: string;
	readonly connect: () => Promise<PostgresConnection>;
	/** As `SessionOptions.lockName`. */
	readonly lockName: (database: string) => string;
	/** As `SessionOptions.lent`. */
	readonly lent?: boolean;
	/** As `Driver.scratch`; missing where there are no databases that are nobody else's. */
	readonly scratch?: () => Promise<Driver>;
	/** Whether migrations are only tried on the database. Default false. */
	readonly trial?: boolean;
	readonly config: PostgresConfig;
}

/**
 * A driver that has what PostgreSQL can do; `history` is missing when the configuration turns it off, `structure` and `scratch`
 * without `PostgresDriverOptions.scratch`.
 */
export type PostgresDriver = Required<
	Omit<
		Driver,
		| "history"
		| "structure"
		| "schema"
		| "scratch"
		| "analyse"
		| "correct"
		| "diagnose"
		| "missingFile"
		| "backup"
		| "restore"
		| "rehearsal"
	>
> &
	Pick<Driver, "history" | "structure" | "scratch">;

/** Does `work` on a connection of its own. @param backoff How long to wait for the server. */
export async function withSession<T>(
	{ name, connect, lockName, config }: PostgresDriverOptions,
	backoff: BackoffOptions,
	work: (connected: Connected) => Promise<T>,
): Promise<T> {
	const table = migrationsTableOf(config);
	const session = openSession({ name, connect, table, lockName, held: () => false, regain: async () => {} });
	let result: T;
	try {
		await session.ready(backoff);
		result = await session.call(work);
	} catch (error) {
		throw await cleanUpAfter(error, session.close);
	}
	await session.close();
	return result;
}

/** The driver for PostgreSQL, whatever the connection. */
export function postgresDriver({
	name,
	connect,
	lockName,
	lent = false,
	scratch,
	trial = false,
	config,
}: PostgresDriverOptions): PostgresDriver {
	const withHistory = config.history !== "off";
	const keepsTexts = config.history === "full";
	const table = migrationsTableOf(config);

	return defineDriver({ name, lockTimeoutMs: config.lockTimeoutMs }, (state: LockState) => {
		const lock = postgresLock({ session: () => session, state, withHistory, leaseMs: config.lockLeaseMs });
		const session: Session = openSession({
			name,
			connect,
			table,
			lockName,
			lent,
			held: () => state.kept,
			regain: lock.regain,
		});
		const bodies = bodyRunner({ config, state, lock, trial });
		return {
			tryLock: lock.tryLock,
			locked: lock.locked,
			releaseLock: lock.releaseLock,
			version: () => session.repeatable((connected) => readVersion(connected, withHistory)),
			...(withHistory && {
				history: {
					keepsText: (text: string) => keepsTexts && !asksNoStore(text),
					reachesBeyond,
					meaning,
					read: () => session.repeatable(readHistory),
					texts: (id: number) => session.repeatable((connected) => readTexts(connected, id)),
				},
			}),
			// Without a database to compare with, nobody asks.
			...(scratch && { scratch, structure: () => session.repeatable(readStructure) }),
			lastToken: () => session.repeatable(lock.lastToken),
			setVersion: (change) => session.call((connected) => bodies.record(connected, change)),
			run: (body) => session.call((connected) => bodies.run(connected, body)),
			apply: (body, change, rounds) => session.call((connected) => bodies.apply(connected, body, change, rounds)),
			transaction: (change, work) => session.call((connected) => bodies.together(connected, change, work)),
			ready: (options) => session.ready(options),
			drop: () => session.call((connected) => dropEverything(connected, state.held ? lock : undefined)),
			close: session.close,
		};
	});
}
