import { hostname } from "node:os";
import type { Row } from "../connection/postgres-connection.ts";
import type { Connected } from "../connection/session.ts";
import { sessionName } from "./server-session.ts";

/** What one driver knows of its own hold on the lock. */
export interface OwnHold {
	/** Another one for each driver, at the end of whatever name it has in the row. */
	readonly holder: string;
	/** The name in the row, which tells the session too. */
	name: string;
	/** Whether `drop` has deleted all but the lock's table. */
	dropped: boolean;
	/** The row was freed, or may have been: the connection can be lost before the answer. */
	releasing: boolean;
}

let holders = 0;

/** Two processes of one name and number differ by the time. */
export function ownHold(): OwnHold {
	const holder = `${Date.now().toString(36)}-${process.pid}-${++holders}`;
	return { holder, name: "", dropped: false, releasing: false };
}

export function nameIn({ connection, advisory, since }: Connected, { holder }: OwnHold): string {
	const where = advisory === undefined ? "" : `, ${sessionName(connection.backend, since)}`;
	return `process ${process.pid} on host ${hostname()}${where} (${holder})`;
}

/** Under whichever session's name: the answer that a new one has been recorded can be lost. */
export function isHolder(row: Row | undefined, { holder }: OwnHold): boolean {
	return row?.locked === "t" && row.owner?.endsWith(`(${holder})`) === true;
}

export async function giveAdvisoryBack({ connection, advisory }: Connected): Promise<void> {
	if (advisory !== undefined && connection.lost === undefined) await advisory.release();
}
