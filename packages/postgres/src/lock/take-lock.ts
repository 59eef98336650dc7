import { cleanUpAfter, MigrateError, type Obstacle } from "@godwit/core";
import type { Row } from "../connection/postgres-connection.ts";
import type { Connected } from "../connection/session.ts";
import { inTransaction } from "../connection/transaction.ts";
import { isLockNotAvailable } from "../postgres-error.ts";
import { makeRow, selectLock, takeLock } from "../tables/lock-row.ts";
import { makeTables } from "../tables/own-tables.ts";
import { advisoryHolder } from "./advisory-lock.ts";
import { otherHolder } from "./lock-holders.ts";
import { giveAdvisoryBack, nameIn, type OwnHold } from "./own-hold.ts";

export interface TakeOptions {
	readonly withHistory: boolean;
	readonly leaseMs: number;
}

/** Tries once. @returns Who has the lock, when it is not taken. */
export async function tryBoth(connected: Connected, own: OwnHold, options: TakeOptions): Promise<Obstacle | undefined> {
	const { connection, advisory } = connected;
	if (advisory === undefined) return tryRow(connected, own, options);
	if (!(await advisory.tryTake())) {
		const found = await advisoryHolder(connection, advisory.keys);
		return { owner: found?.description ?? "a session that has ended meanwhile" };
	}
	let obstacle: Obstacle | undefined;
	try {
		obstacle = await tryRow(connected, own, options);
	} catch (error) {
		throw await cleanUpAfter(error, () => giveAdvisoryBack(connected));
	}
	if (obstacle !== undefined) await giveAdvisoryBack(connected);
	return obstacle;
}

async function tryRow(connected: Connected, own: OwnHold, options: TakeOptions): Promise<Obstacle | undefined> {
	const { connection, names } = connected;
	await makeTables(connection, names, options.withHistory);
	const found = await takeRow(connected, own, options);
	if (found !== "missing") return found;
	await connection.send(makeRow(names));
	const again = await takeRow(connected, own, options);
	if (again !== "missing") return again;
	const message = `the table ${names.lock} does not keep the row that is written to it; look for a trigger or a rule on it`;
	throw new MigrateError("ERR_DATABASE", message, {});
}

async function takeRow(
	connected: Connected,
	own: OwnHold,
	{ leaseMs }: TakeOptions,
): Promise<Obstacle | "missing" | undefined> {
	const { connection, names } = connected;
	own.name = nameIn(connected, own);
	own.releasing = false;
	const begin = { after: [selectLock(names, "nowait")] };
	let blocked: Obstacle | "missing" | undefined;
	try {
		await inTransaction(connection, begin, async ([found]) => {
			blocked = await obstacleIn(connected, own, found?.rows[0]);
			return { result: undefined, last: blocked === undefined ? [takeLock(names, own.name, leaseMs)] : [] };
		});
	} catch (error) {
		if (!isLockNotAvailable(error)) throw error;
		return { owner: "a run that is in the midst of a migration" };
	}
	return blocked;
}

async function obstacleIn(
	connected: Connected,
	{ holder }: OwnHold,
	row: Row | undefined,
): Promise<Obstacle | "missing" | undefined> {
	if (row === undefined) return "missing";
	const owner = await otherHolder(connected, row, holder);
	return owner === undefined ? undefined : { owner };
}
