import { lstatSync } from "node:fs";
import { type Driver, MigrateError } from "@godwit/core";
import {
	type BorrowedConnection,
	openAccess,
	type SqliteConfig,
	type SqliteConnection,
	type Usability,
	unusableConnectionError,
} from "@godwit/sqlite";
import { sharedByDriversOver } from "../connections/lent-connections.ts";
import type { SqliteLibrary } from "../connections/library/library.ts";
import { memoryConnection } from "../connections/memory-connection.ts";
import { openFileAccess } from "../files/open-file-access.ts";
import { realDatabasePath } from "../files/real-path.ts";
import { connectorOf, type SqliteBinding } from "../sqlite-binding.ts";
import type { Drivers } from "./drivers-of.ts";

export interface LendingOptions<Database extends object> {
	readonly binding: SqliteBinding<Database>;
	/** The library, in the copy that the binding itself uses. */
	readonly library: SqliteLibrary;
	readonly drivers: Drivers;
}

/** Makes a driver of the caller's open database. @throws As `SqliteFactory.withInstance`. */
export function driverOverLent<Database extends object>(
	{ binding, library, drivers }: LendingOptions<Database>,
	database: Database,
	config: SqliteConfig,
): Driver {
	const usability = (): Usability => binding.usability(database);
	if (usability() === "closed") throw unusableConnectionError("the database", "closed");
	const connection = binding.borrow(database, config);
	const path = pathOf(connection);
	const borrowed: BorrowedConnection = { ...sharedByDriversOver(database), usability };
	if (path === undefined)
		return drivers.over(openAccess(memoryConnection(connection)), "the database", config, { borrowed });
	const lent: SqliteLibrary = { ...library, copy: binding.copyOf?.(database) ?? binding };
	const real = realDatabasePath(path);
	if (lent.locks === "folder" && isSymbolicLink(path)) throw openedByLink(lent, path, real);
	const connector = { ...connectorOf(binding, lent, config), borrowed: connection };
	const access = openFileAccess(real, connector, config);
	return drivers.over(access, "the database", config, { borrowed, file: { access, path: real, library: lent } });
}

/** Asks SQLite, since the name that the caller used can be relative to an earlier current folder. Does not read the file. */
function pathOf(connection: SqliteConnection): string | undefined {
	const file = connection.query("PRAGMA database_list").find(({ name }) => name === "main")?.file;
	return typeof file === "string" && file !== "" ? file : undefined;
}

function isSymbolicLink(path: string): boolean {
	return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
}

function openedByLink({ name }: SqliteLibrary, path: string, real: string): MigrateError<"ERR_DATABASE"> {
	const message = `${path} is a symbolic link, and ${name} names journal and lock after it; open ${real} itself`;
	return new MigrateError("ERR_DATABASE", message, {});
}
