import { cleanUpAfter, withBackoff } from "@godwit/core";
import { rowsOf } from "../connection/query-rows.ts";
import type { Connected } from "../connection/session.ts";
import { inTransaction } from "../connection/transaction.ts";
import { lockLostError } from "../postgres-error.ts";
import { renameOwner, selectLock } from "../tables/lock-row.ts";
import { advisoryHolder } from "./advisory-lock.ts";
import { describeOwner, readRow } from "./lock-holders.ts";
import { giveAdvisoryBack, isHolder, nameIn, type OwnHold } from "./own-hold.ts";

/** How long a session that was lost may go on at its last statement before another one is said to hold the lock, in milliseconds. */
const REGAIN_MS = 10_000;

/** Takes both locks again in a session that came after one that was lost. @throws MigrateError `ERR_LOCK_LOST`. */
export async function regainBoth(connected: Connected, own: OwnHold): Promise<void> {
	await regainAdvisory(connected, own);
	try {
		await regainRow(connected, own);
	} catch (error) {
		throw await cleanUpAfter(error, () => giveAdvisoryBack(connected));
	}
	own.name = nameIn(connected, own);
}

async function regainAdvisory({ connection, names, advisory }: Connected, own: OwnHold): Promise<void> {
	if (advisory === undefined) return;
	const again = await withBackoff(
		async () => {
			if (await advisory.tryTake()) return true;
			// Another run has it, unless the session that was lost has not ended yet.
			const row = await readRow(connection, names);
			if (!isHolder(row, own)) throw lockLostError(describeOwner(row));
			return undefined;
		},
		{ timeoutMs: REGAIN_MS },
	);
	if (again !== undefined) return;
	throw lockLostError(`held by ${(await advisoryHolder(connection, advisory.keys))?.description}`);
}

async function regainRow(connected: Connected, own: OwnHold): Promise<void> {
	const { connection, names } = connected;
	await inTransaction(connection, { after: [selectLock(names, "wait")] }, async (begun) => {
		const [row] = rowsOf(begun);
		if (!isHolder(row, own)) throw lockLostError(describeOwner(row));
		return { result: undefined, last: [renameOwner(names, nameIn(connected, own))] };
	});
}
