import type { FoundVersion } from "@godwit/core";
import type { Connected } from "../connection/session.ts";
import { findTables } from "../tables/own-tables.ts";
import { advisoryHolder } from "./advisory-lock.ts";
import { otherHolder, readRow } from "./lock-holders.ts";

/**
 * Reads what the database says of itself; of a dirty one also who is at work on it, whom it does not wait for. A file outside a
 * transaction leaves it dirty as long as it runs.
 *
 * @param holder As `OwnHold.holder`.
 */
export async function readWithHolder<T extends FoundVersion>(
	connected: Connected,
	holder: string,
	read: () => Promise<T>,
): Promise<T> {
	const found = await read();
	if (!found.dirty) return found;
	const other = await anyHolder(connected, holder);
	// A run that has ended between the two has left something else.
	return other === undefined ? read() : { ...found, holder: other };
}

async function anyHolder(connected: Connected, holder: string): Promise<string | undefined> {
	const { connection, names, advisory } = connected;
	const { lock } = await findTables(connection, names);
	const owner = lock ? await otherHolder(connected, await readRow(connection, names), holder) : undefined;
	// golang-migrate writes no row.
	if (owner !== undefined || advisory === undefined) return owner;
	return (await advisoryHolder(connection, advisory.keys))?.description;
}
