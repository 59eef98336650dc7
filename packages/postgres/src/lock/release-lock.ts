import { cleanUpAfter, isMigrateError } from "@godwit/core";
import type { Connected } from "../connection/session.ts";
import { rollBack } from "../connection/transaction.ts";
import { lockLostError } from "../postgres-error.ts";
import { freeLock } from "../tables/lock-row.ts";
import { describeOwner, readRow } from "./lock-holders.ts";
import { giveAdvisoryBack, type OwnHold } from "./own-hold.ts";

/** Gives both locks back, and rolls back what is open. @throws MigrateError `ERR_LOCK_LOST`. */
export async function releaseBoth(connected: Connected, own: OwnHold): Promise<void> {
	try {
		await rollBack(connected.connection);
		await freeRow(connected, own);
	} catch (error) {
		if (!isMigrateError(error, "ERR_LOCK_LOST")) throw error;
		throw await cleanUpAfter(error, () => giveAdvisoryBack(connected));
	}
	await giveAdvisoryBack(connected);
}

async function freeRow({ connection, names }: Connected, own: OwnHold): Promise<void> {
	const again = own.releasing;
	own.releasing = true;
	const sql = own.dropped ? `DROP TABLE IF EXISTS ${names.lock}` : freeLock(names, own.name);
	const [freed] = await connection.send(sql);
	if (!own.dropped && !again && freed?.tag !== "UPDATE 1") {
		throw lockLostError(describeOwner(await readRow(connection, names)));
	}
	own.dropped = false;
}
