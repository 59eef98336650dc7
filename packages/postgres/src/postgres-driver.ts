import "@godwit/debug";
import {
	type BackoffOptions,
	cleanUpAfter,
	type Driver,
	type DriverPrimitives,
	defineDriver,
	type LockState,
} from "@godwit/core";
import { type AbsentDatabase, withoutMaking } from "./absent-database.ts";
import type { WaitWatch } from "./blockers/watch-waiting.ts";
import { bodyRunner } from "./body-runner.ts";
import type { PostgresConnection } from "./connection/postgres-connection.ts";
import { type Connected, session as openSession, type Session } from "./connection/session.ts";
import { postgresLock } from "./lock/postgres-lock.ts";
import type { CopyDatabase } from "./rehearsal/copied-database.ts";
import type { RehearsedDatabase } from "./rehearsal/make-rehearsal.ts";
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
	/** As `BodyOutsideOptions.watch`. */
	readonly watch?: WaitWatch;
	/** As `SessionOptions.lockName`. */
	readonly lockName: (database: string) => string;
	/** As `SessionOptions.lent`. */
	readonly lent?: boolean;
	/** As `Driver.scratch`; missing where there are no databases that are nobody else's. */
	readonly scratch?: () => Promise<Driver>;
	/** Whether migrations are only tried on the database. Default false. */
	readonly trial?: boolean;
	/** Copies the database to rehearse on it; missing for a database that is a copy, or is nobody else's. */
	readonly copy?: CopyDatabase;
	/** Of a driver over the copy of a rehearsal, which tells what the database consists of. */
	readonly rehearsed?: RehearsedDatabase;
	/** Of a database that need not be there; missing for one that is, or that a server has. */
	readonly absent?: AbsentDatabase;
	readonly config: PostgresConfig;
}

/**
 * A driver that has what PostgreSQL can do; `history` is missing when the configuration turns it off, `scratch` without
 * `PostgresDriverOptions.scratch`, `rehearsal` without `copy`, `missingFile` without `absent`. Those over a copy have `schema` and
 * `analyse`, and an empty database on which migrations are tried has `analyse`.
 */
export type PostgresDriver = Required<
	Omit<
		Driver,
		| "history"
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
	Pick<Driver, "history" | "schema" | "scratch" | "analyse" | "rehearsal" | "missingFile">;

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
export function postgresDriver(options: PostgresDriverOptions): PostgresDriver {
	const { name, connect, lockName, lent = false, trial = false, rehearsed, absent, watch, config } = options;
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
		const bodies = bodyRunner({ config, state, lock, trial, watch, assertInside: rehearsed?.assertInside });
		const primitives: DriverPrimitives = {
			tryLock: lock.tryLock,
			locked: lock.locked,
			releaseLock: lock.releaseLock,
			version: () =>
				session.repeatable((connected) => lock.withHolder(connected, () => readVersion(connected, withHistory))),
			...(withHistory && {
				history: {
					keepsText: (text: string) => keepsTexts && !asksNoStore(text),
					reachesBeyond,
					meaning,
					read: () => session.repeatable((connected) => lock.withHolder(connected, () => readHistory(connected))),
					texts: (id: number) => session.repeatable((connected) => readTexts(connected, id)),
				},
			}),
			...comparing(options, session),
			...rehearsing(options, session),
			lastToken: () => session.repeatable(lock.lastToken),
			setVersion: (change) => session.call((connected) => bodies.record(connected, change)),
			run: (body) => session.call((connected) => bodies.run(connected, body)),
			apply: (body, change, rounds) => session.call((connected) => bodies.apply(connected, body, change, rounds)),
			transaction: (change, work) => session.call((connected) => bodies.together(connected, change, work)),
			ready: (options) => session.ready(options),
			drop: () => session.call((connected) => dropEverything(connected, state.held ? lock : undefined)),
			close: session.close,
		};
		return absent === undefined ? primitives : { ...primitives, ...withoutMaking(primitives, absent) };
	});
}

/** The directives of a file count wherever it is tried. */
function comparing(
	{ scratch, rehearsed, trial = false }: PostgresDriverOptions,
	session: Session,
): Pick<DriverPrimitives, "scratch" | "schema" | "analyse"> & Required<Pick<DriverPrimitives, "structure">> {
	const structure = (): Promise<readonly string[]> => session.repeatable(readStructure);
	const analyse: DriverPrimitives["analyse"] = (bodies) =>
		session.repeatable(async (connected) => {
			const { analyseBodies } = await import("./rehearsal/analyse-bodies.ts");
			return analyseBodies(connected, bodies);
		});
	if (rehearsed === undefined) return { structure, ...(scratch && { scratch, ...(trial && { analyse }) }) };
	return {
		structure,
		schema: () =>
			session.repeatable(async (connected) => (await import("./structure/read-schema.ts")).readSchema(connected)),
		analyse,
	};
}

function rehearsing(options: PostgresDriverOptions, session: Session): Pick<DriverPrimitives, "rehearsal"> {
	const { name, copy, config } = options;
	if (copy === undefined) return {};
	const over = (rehearsed: RehearsedDatabase): PostgresDriverOptions => {
		const { connect, lent } = rehearsed;
		return { name: `the copy of ${name}`, connect, lockName: String, lent, trial: true, rehearsed, config };
	};
	return {
		rehearsal: ({ directory }) =>
			session.call(async (connected) => {
				const { makeRehearsal } = await import("./rehearsal/make-rehearsal.ts");
				const ways = { driverOver: (rehearsed: RehearsedDatabase) => postgresDriver(over(rehearsed)) };
				return makeRehearsal(
					connected,
					{ directory },
					{
						...{ copy, session, ...ways },
						withSession: (rehearsed, work) => withSession(over(rehearsed), { timeoutMs: 0 }, work),
					},
				);
			}),
	};
}
