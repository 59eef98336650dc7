import { cleanUpAfter, type Obstacle } from "@godwit/core";
import type { Connected } from "../connection/session.ts";
import { inTransaction } from "../connection/transaction.ts";
import { isLockNotAvailable } from "../postgres-error.ts";
import { selectLock, takeLock } from "../tables/lock-row.ts";
import { makeTables } from "../tables/own-tables.ts";
import { advisoryHolder, tryAdvisoryLock } from "./advisory-lock.ts";
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
	if (!(await tryAdvisoryLock(connection, advisory))) {
		const found = await advisoryHolder(connection, advisory);
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

async function tryRow(
	connected: Connected,
	own: OwnHold,
	{ withHistory, leaseMs }: TakeOptions,
): Promise<Obstacle | undefined> {
	const { connection, names } = connected;
	await makeTables(connection, names, withHistory);
	own.name = nameIn(connected, own);
	own.releasing = false;
	const begin = { after: [selectLock(names, "nowait")] };
	const blocked: { obstacle?: Obstacle } = {};
	try {
		await inTransaction(connection, begin, async ([found]) => {
			const owner = await otherHolder(connected, found?.rows[0], own.holder);
			if (owner !== undefined) blocked.obstacle = { owner };
			const last = owner === undefined ? [takeLock(names, own.name, leaseMs)] : [];
			return { result: undefined, last };
		});
	} catch (error) {
		if (!isLockNotAvailable(error)) throw error;
		return { owner: "a run that is in the midst of a migration" };
	}
	return blocked.obstacle;
}
