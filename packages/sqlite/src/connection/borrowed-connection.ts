import { type CallQueue, callQueue } from "@godwit/core";
import type { TemporaryObjects } from "./body/temporary-objects.ts";
import { type ConnectionState, type Settings, UNCHANGED } from "./settings/connection-state.ts";

/** Whether a connection can be used: `"in use"` while a query of the caller's is not finished, where the binding then runs no other. */
export type Usability = "usable" | "closed" | "in use";

/** A connection of the caller's. */
export interface BorrowedConnection extends SharedByDrivers {
	usability(): Usability;
}

/**
 * What all drivers that are made over one connection of the caller's share, since each call of a driver sets the connection up,
 * may have a transaction on it, and puts it back.
 */
export interface SharedByDrivers {
	/** The calls of all the drivers, one at a time. */
	readonly calls: CallQueue;
	readonly pending: PendingChanges;
}

/** What godwit has changed in a connection and not yet put back. A call that could not put it back leaves it to the next call. */
export interface PendingChanges {
	/** The caller's settings, while the driver's are applied. */
	callerSettings: Settings | undefined;
	/** The connection's state before the statements of bodies that may have changed it. */
	state: ConnectionState;
	/** The temporary objects before the first statement of a body that has made one. */
	temporary: TemporaryObjects | undefined;
}

export function sharedByDrivers(): SharedByDrivers {
	return { calls: callQueue(), pending: noChanges() };
}

export function noChanges(): PendingChanges {
	return { callerSettings: undefined, state: UNCHANGED, temporary: undefined };
}
