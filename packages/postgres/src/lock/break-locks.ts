import type { Connected } from "../connection/session.ts";
import { isUndefinedTable } from "../postgres-error.ts";
import { freeLock } from "../tables/lock-row.ts";
import { advisoryHolder } from "./advisory-lock.ts";

/** How long a session that is ended may take to go, in milliseconds. */
const END_MS = 5_000;

/**
 * Clears the migration lock: ends the session that has golang-migrate's advisory lock, and frees the row.
 *
 * @param confirm Asked with what is known of the holder; false keeps the lock.
 * @returns How many locks were cleared.
 */
export async function breakLocks(connected: Connected, confirm: (holder: string) => Promise<boolean>): Promise<number> {
	const { connection, names, advisory } = connected;
	const holder = advisory === undefined ? undefined : await advisoryHolder(connection, advisory);
	if (holder !== undefined) {
		if (!(await confirm(`${holder.description}, ${holder.activity}`))) return 0;
		await connection.send(`SELECT pg_terminate_backend(${holder.backend}, ${END_MS})`);
	}
	const owner = await ownerInRow(connected);
	if (owner === undefined) return holder === undefined ? 0 : 1;
	// A row that is left of the session that was just ended needs no question of its own.
	const known = holder !== undefined && owner.includes(`, backend ${holder.backend} (`);
	if (!known && !(await confirm(owner))) return holder === undefined ? 0 : 1;
	const [freed] = await connection.send(freeLock(names, owner));
	const row = freed?.tag === "UPDATE 1" && !known ? 1 : 0;
	return row + (holder === undefined ? 0 : 1);
}

async function ownerInRow({ connection, names }: Connected): Promise<string | undefined> {
	try {
		const [result] = await connection.send(`SELECT owner FROM ${names.lock} WHERE id = 1 AND locked`);
		return result?.rows[0]?.owner ?? undefined;
	} catch (error) {
		if (isUndefinedTable(error)) return undefined;
		throw error;
	}
}
