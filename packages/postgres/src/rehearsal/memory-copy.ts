import type { PostgresConnection } from "../connection/postgres-connection.ts";
import { quoteLiteral } from "../tables/literal.ts";
import type { CopyDatabase } from "./copied-database.ts";

/** Copies a PGlite into the memory of this process, with its roles and whatever else a server would have. */
export const memoryCopy: CopyDatabase = async ({ connection }) => {
	if (connection.clone === undefined) throw new TypeError("a database of a server cannot be copied into memory");
	const [result] = await connection.send("SELECT current_setting('search_path') AS path");
	const copy = await connection.clone();
	await copy.send(`SELECT set_config('search_path', ${quoteLiteral(String(result?.rows[0]?.path))}, false)`);
	return { connect: async () => sessionOf(copy), shared: false, lent: true, remove: () => copy.close() };
};

/** The one session that there is. It outlives those who use it, one after the other. */
function sessionOf(copy: PostgresConnection): PostgresConnection {
	return {
		get transaction() {
			return copy.transaction;
		},
		get lost() {
			return copy.lost;
		},
		backend: copy.backend,
		send: (sql, options) => copy.send(sql, options),
		close: async () => {},
	};
}
