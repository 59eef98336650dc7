import { MigrateError } from "@godwit/core";
import type { PostgresConnection } from "../connection/postgres-connection.ts";
import type { Connected } from "../connection/session.ts";
import { isUndefinedTable } from "../postgres-error.ts";
import { freeLock } from "../tables/lock-row.ts";
import { type AdvisoryHolder, advisoryHolder } from "./advisory-lock.ts";
import { sessionIn } from "./server-session.ts";

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
	const holder = advisory === undefined ? undefined : await advisoryHolder(connection, advisory.keys);
	const before = await ownerInRow(connected);
	// A row that is left of the session that is ended needs no question of its own.
	const both = holder !== undefined && sessionIn(before ?? "")?.backend === String(holder.backend);
	if (holder !== undefined) {
		const owner = both ? `${before?.replace(/, backend .*/, "")}: ` : "";
		const what = `${owner}${holder.description}, ${holder.activity}\nto clear the lock ends this session`;
		if (!(await confirm(what))) return 0;
	}
	const ended = await endHolder(connected, holder);
	// It may have freed the row itself, or another one has it now.
	const owner = both ? before : await ownerInRow(connected);
	if (owner === undefined || !(both || (await confirm(owner)))) return ended;
	const [freed] = await connection.send(freeLock(names, owner));
	return freed?.tag === "UPDATE 1" && !(both && ended > 0) ? ended + 1 : ended;
}

/** @returns How many sessions were ended: one that has given the lock back since it was asked about stays. */
async function endHolder({ connection, advisory }: Connected, holder: AdvisoryHolder | undefined): Promise<number> {
	if (holder === undefined || advisory === undefined) return 0;
	const now = await advisoryHolder(connection, advisory.keys);
	if (now?.backend !== holder.backend) return 0;
	await endSession(connection, holder.backend);
	return 1;
}

async function endSession(connection: PostgresConnection, backend: number): Promise<void> {
	const [result] = await connection.send(`SELECT pg_terminate_backend(${backend}, ${END_MS}) AS ended`);
	if (result?.rows[0]?.ended === "t") return;
	const message = `backend ${backend} was told to end and is still there after ${END_MS / 1_000} s; its lock was left as it is`;
	throw new MigrateError("ERR_DATABASE", message, {});
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
