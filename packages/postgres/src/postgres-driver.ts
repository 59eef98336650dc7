import { cleanUpAfter, type Driver, defineDriver, type LockState } from "@godwit/core";
import { bodyRunner } from "./body-runner.ts";
import type { PostgresConnection } from "./connection/postgres-connection.ts";
import { type Connected, session as openSession, type Session } from "./connection/session.ts";
import { postgresLock } from "./lock/postgres-lock.ts";
import { asksNoStore } from "./statements/asks-no-store.ts";
import { meaning } from "./statements/meaning.ts";
import { reachesBeyond } from "./statements/reaches-beyond.ts";
import { dropEverything } from "./tables/drop-everything.ts";
import { readHistory, readTexts, readVersion } from "./tables/recorded-state.ts";
import { migrationsTableOf } from "./url/migrations-table.ts";
import type { PostgresConfig } from "./url/postgres-config.ts";

export interface PostgresDriverOptions {
	/** The database, for messages: `app on db.example:5432`. Without secrets. */
	readonly name: string;
	readonly connect: () => Promise<PostgresConnection>;
	/** The path of the URL with its slash; `undefined` for one without. */
	readonly path: string | undefined;
	readonly config: PostgresConfig;
}

/** A driver that has what PostgreSQL can do; `history` is missing when the configuration turns it off. */
export type PostgresDriver = Required<
	Omit<Driver, "history" | "structure" | "schema" | "scratch" | "analyse" | "correct">
> &
	Pick<Driver, "history">;

/** Does `work` on a connection of its own. */
export async function withSession<T>(
	{ name, connect, path, config }: PostgresDriverOptions,
	work: (connected: Connected) => Promise<T>,
): Promise<T> {
	const table = migrationsTableOf(config);
	const session = openSession({ name, connect, table, path, held: () => false, regain: async () => {} });
	let result: T;
	try {
		result = await session.call(work);
	} catch (error) {
		throw await cleanUpAfter(error, session.close);
	}
	await session.close();
	return result;
}

/** The driver for PostgreSQL, whatever the connection. */
export function postgresDriver({ name, connect, path, config }: PostgresDriverOptions): PostgresDriver {
	const withHistory = config.history !== "off";
	const keepsTexts = config.history === "full";
	const table = migrationsTableOf(config);

	return defineDriver({ name, lockTimeoutMs: config.lockTimeoutMs }, (state: LockState) => {
		const lock = postgresLock({ session: () => session, state, withHistory, leaseMs: config.lockLeaseMs });
		const session: Session = openSession({ name, connect, table, path, held: () => state.kept, regain: lock.regain });
		const bodies = bodyRunner({ config, state, lock });
		return {
			tryLock: lock.tryLock,
			locked: lock.locked,
			releaseLock: lock.releaseLock,
			version: () => session.call((connected) => readVersion(connected, withHistory)),
			...(withHistory && {
				history: {
					keepsText: (text: string) => keepsTexts && !asksNoStore(text),
					reachesBeyond,
					meaning,
					read: () => session.call(readHistory),
					texts: (id: number) => session.call((connected) => readTexts(connected, id)),
				},
			}),
			lastToken: () => session.call(lock.lastToken),
			setVersion: (change) => session.call((connected) => bodies.record(connected, change)),
			run: (body) => session.call((connected) => bodies.run(connected, body)),
			apply: (body, change) => session.call((connected) => bodies.apply(connected, body, change)),
			transaction: (change, work) => session.call((connected) => bodies.together(connected, change, work)),
			drop: () => session.call((connected) => dropEverything(connected, state.held ? lock : undefined)),
			close: session.close,
		};
	});
}
