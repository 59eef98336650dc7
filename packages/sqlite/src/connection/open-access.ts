import type { DatabaseAccess, Holders } from "./database-access.ts";
import type { SqliteConnection } from "./sqlite-connection.ts";

const ALONE: Holders = {
	me: "this connection",
	liveness: (owner) => (owner === ALONE.me ? "alive" : "unknown"),
	describe: (owner) => owner,
};

/** Access to a database that no other process can open, such as one in memory. */
export function openAccess(connection: SqliteConnection): DatabaseAccess {
	return {
		connection,
		generation: 0,
		entered: true,
		holders: ALONE,
		tellNotices() {},
		async enter() {},
		async join() {},
		assertEntered() {},
		include() {},
		exclude() {},
		async leave() {},
		read: async (work) => work(),
		close: async () => connection.close(),
	};
}
