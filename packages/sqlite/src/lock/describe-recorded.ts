import type { Holders } from "../connection/database-access.ts";
import type { SqlValue } from "../connection/sqlite-connection.ts";

/** Says what is known of a holder to the person who is asked whether it is gone. */
export function describeRecorded(
	{ owner, expiresAt }: { readonly owner: string; readonly expiresAt: SqlValue | undefined },
	holders: Holders,
): string {
	const lease = expiresAt === null ? "" : `; its lease ends at ${expiresAt}`;
	const states = {
		alive: "which is running",
		dead: "which has ended, so that the next run would take the lock over by itself",
		unknown: `which cannot be checked from here${lease}`,
	};
	return `${holders.describe(owner)}, ${states[holders.liveness(owner)]}`;
}
