import type { DifferenceId } from "./differences.ts";
import type { MigrationSet, SetMigration } from "./sequence.ts";

const BY_NAME: ReadonlySet<DifferenceId> = new Set([
	"unreadable-names",
	"backup-copies",
	"migrations-in-code",
	"versions-over-2-63",
]);
const BY_BODY: ReadonlySet<DifferenceId> = new Set([
	"transaction-control",
	"unknown-directive",
	"hiding-carriage-return",
	"unclosed-text",
	"nul-byte",
	"invalid-utf8",
	"dangling-references",
]);

/**
 * Makes a set of files written by hand.
 *
 * @param id The difference that the files show; one of names refuses the set, one of bodies its last file.
 */
export function setOfFiles(files: Readonly<Record<string, string | Uint8Array>>, id: DifferenceId): MigrationSet {
	const migrations = new Map<bigint, SetMigration>();
	const names = Object.keys(files);
	const read = names.filter((name) => /^\d{1,18}_[^\n]*\.(up|down)\.sql$/.test(name));
	for (const name of read) {
		const version = BigInt(name.split("_", 1)[0] ?? "");
		const bytes = Buffer.from(files[name] ?? "");
		const refused = BY_BODY.has(id) && name === names.at(-1);
		const body = { bytes, ...(refused && { refusedBy: id }) };
		const { up, down } = migrations.get(version) ?? {};
		migrations.set(version, name.includes(".up.") ? { version, up: body, down } : { version, up, down: body });
	}
	return {
		files: new Map(Object.entries(files).map(([name, content]) => [name, Buffer.from(content)])),
		migrations: [...migrations.values()],
		duplicate: false,
		...(BY_NAME.has(id) && read.length < names.length && { refusedBy: id }),
	};
}
