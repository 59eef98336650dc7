import type { MigrateError } from "@godwit/core";

/** Rounds that leave something to do, by the fault of their file or since others have brought it meanwhile. It stays within this package. */
export class DisputedRounds extends Error {
	/** What is wrong with the file, unless others have brought it. */
	readonly fault: MigrateError<"ERR_SQL">;

	constructor(fault: MigrateError<"ERR_SQL">) {
		super(fault.message, { cause: fault });
		this.fault = fault;
	}
}
