import { MigrateError } from "@godwit/core";
import { runtimeName } from "./runtime-name.ts";

/** A class of databases: what `new` makes with it is what `Template.open` returns. */
export type DatabaseClass = new (...args: never[]) => object;

/** The second argument of the class's constructor. */
export type OptionsOf<Class extends DatabaseClass> = ConstructorParameters<Class>[1];

/** What better-sqlite3 makes of a Buffer in place of a path. */
type OpensBuffer<D> = new (bytes: Buffer, options: unknown) => D;

/** As node:sqlite. */
type OpensPath<D> = new (path: string, options: unknown) => D & { deserialize(bytes: Uint8Array): void; close(): void };

/** As bun:sqlite. */
interface Deserializes<D> {
	deserialize(bytes: Uint8Array, options: unknown): D;
}

/** Opens a database in memory that begins as a copy of the bytes. The library copies them: what it writes does not reach them. */
export function openInMemory<Class extends DatabaseClass>(
	bytes: Buffer,
	databaseClass: Class,
	options: OptionsOf<Class> | undefined,
): InstanceType<Class> {
	// Code without types can pass anything; a function that is no class has no prototype.
	const prototype: unknown = (databaseClass as DatabaseClass | undefined)?.prototype;
	if (typeof prototype !== "object" || prototype === null) throw notSupported(String(databaseClass));
	const content = withRollbackJournal(bytes);
	// The three are told by what they have, since a project can have several copies of better-sqlite3, or one that encrypts.
	if ("deserialize" in databaseClass) {
		return (databaseClass as unknown as Deserializes<InstanceType<Class>>).deserialize(content, options ?? {});
	}
	if ("deserialize" in prototype) {
		return deserialized(content, databaseClass as unknown as OpensPath<InstanceType<Class>>, options);
	}
	if ("serialize" in prototype && "pragma" in prototype) {
		return new (databaseClass as unknown as OpensBuffer<InstanceType<Class>>)(content, options ?? {});
	}
	if ("createSession" in prototype) throw noDeserialize();
	throw notSupported(databaseClass.name);
}

function deserialized<D>(bytes: Buffer, databaseClass: OpensPath<D>, options: unknown): D {
	const database = new databaseClass(":memory:", options ?? {});
	try {
		database.deserialize(bytes);
	} catch (error) {
		database.close();
		throw error;
	}
	return database;
}

/** See https://sqlite.org/fileformat.html#file_format_version_numbers */
const READ_AND_WRITE_VERSION = [18, 19] as const;
const ROLLBACK_JOURNAL = 1;

/** A database in memory has no write-ahead log; SQLite opens none that asks for it, see https://sqlite.org/c3ref/deserialize.html */
function withRollbackJournal(bytes: Buffer): Buffer {
	if (READ_AND_WRITE_VERSION.every((at) => bytes[at] === ROLLBACK_JOURNAL)) return bytes;
	const content = Buffer.from(bytes);
	for (const at of READ_AND_WRITE_VERSION) content[at] = ROLLBACK_JOURNAL;
	return content;
}

function noDeserialize(): MigrateError<"ERR_RUNTIME"> {
	const found = runtimeName(process.versions);
	const message = `a copy in memory needs deserialize of node:sqlite, which this runtime, ${found}, does not have; use a newer one, or template.copy(), which makes a file`;
	return new MigrateError("ERR_RUNTIME", message, { required: "deserialize of node:sqlite", found });
}

function notSupported(name: string): TypeError {
	return new TypeError(
		`a copy in memory can be opened with Database of better-sqlite3, DatabaseSync of node:sqlite or Database of bun:sqlite, not with ${name}; template.copy() makes a file, which any library opens`,
	);
}
