/** How long a holder's row keeps others out that cannot check whether the holder lives. */
export interface Lease {
	/** The end of a lease that is extended now, for a statement that writes the row itself. */
	nextExpiry(): string;
	/** Returns whether a third of the lease has passed, so that the next fence extends it. */
	isDue(): boolean;
	/** Belongs after a transaction was rolled back, and with it an extension of the lease. */
	forget(): void;
}

export function createLease(leaseMs: number): Lease {
	let extendAt = 0;
	return {
		nextExpiry() {
			const now = Date.now();
			extendAt = now + leaseMs / 3;
			return timestamp(now + leaseMs);
		},
		isDue: () => Date.now() >= extendAt,
		forget() {
			extendAt = 0;
		},
	};
}

export function timestamp(milliseconds: number): string {
	return new Date(milliseconds).toISOString();
}
