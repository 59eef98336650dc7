import type { SqliteConfig } from "@godwit/sqlite";
import type { Connector } from "../connections/connector.ts";
import { type FileAccess, fileAccess } from "./file-access.ts";
import { cannotOpen } from "./file-errors.ts";

/**
 * Makes the access to a database file, as configured. Opens nothing yet.
 *
 * @param path The real path.
 * @throws MigrateError `ERR_DATABASE`, also when the system does not show where this process runs, which has to be known to take
 *   a lock.
 */
export function openFileAccess(
	path: string,
	connector: Connector,
	{ lockLeaseMs, lockTimeoutMs }: SqliteConfig,
): FileAccess {
	try {
		return fileAccess({ path, connector, leaseMs: lockLeaseMs, lockTimeoutMs });
	} catch (cause) {
		throw cannotOpen(path, cause);
	}
}
