import { loadChecksum } from "../history/checksum.ts";
import { recordChecksum } from "../history/recorded-body.ts";
import { MigrateError } from "../migrate-error.ts";
import type { MigrationFile } from "../migration.ts";
import type { Source } from "./source.ts";

/** The name of the file beside the migrations that says what each of them is. */
export const SEAL_NAME = "godwit.sum";

/** What a seal says of one file. */
export interface SealedFile {
	/** `t1:` and 64 hexadecimal digits, as in the history. */
	readonly checksum: string;
	/** What the file was before edits that people have accepted; the newest first. */
	readonly was: readonly string[];
}

/** The checksums of all migration files, by the file's name. */
export type Seal = ReadonlyMap<string, SealedFile>;

const LINE = /^(\S.*?) (t1:[0-9a-f]{64})(?: was((?: t1:[0-9a-f]{64})+))?$/;

/** How much of a wrong line is shown, in UTF-16 units. */
const MAX_SHOWN = 60;

/**
 * Reads a seal: a line `NAME t1:HEX` for each file, and `NAME t1:NEW was t1:OLD` for one whose edit people have accepted, with
 * further sums behind for edits before that. Empty lines, and lines that begin with `#`, say nothing.
 *
 * @param location Names the seal for messages.
 * @throws MigrateError `ERR_SEAL` for a line that is none of these, and for a name that comes twice.
 */
export function parseSeal(text: string, location: string): Seal {
	const seal = new Map<string, SealedFile>();
	for (const [index, line] of text
		.replace(/^\uFEFF/, "")
		.split(/\r?\n/)
		.entries()) {
		if (line.trim() === "" || line.startsWith("#")) continue;
		const [, name, checksum, was = ""] = LINE.exec(line) ?? [];
		if (name === undefined || checksum === undefined) {
			const what = `is not NAME t1:HEX, but ${JSON.stringify(line.slice(0, MAX_SHOWN))}; correct or delete that line, and then run seal`;
			throw sealError(location, index + 1, what);
		}
		if (seal.has(name))
			throw sealError(location, index + 1, `names ${name} a second time; keep the line that is right`);
		seal.set(name, { checksum, was: was.split(" ").filter((sum) => sum !== "") });
	}
	return seal;
}

/** Writes a seal as `parseSeal` reads it, with a line end behind each line. */
export function formatSeal(seal: Seal): string {
	const lines = [...seal].map(([name, { checksum, was }]) => {
		const before = was.length === 0 ? "" : ` was ${was.join(" ")}`;
		return `${name} ${checksum}${before}\n`;
	});
	return lines.join("");
}

function sealError(location: string, line: number, what: string): MigrateError<"ERR_SEAL"> {
	return new MigrateError("ERR_SEAL", `${location}:${line} ${what}`, { location, line });
}

/** The checksum of a file as it is now. */
export interface SealableFile {
	readonly name: string;
	readonly file: MigrationFile;
	readonly checksum: string;
}

/** Sums up every file of a source that has a name, ascending by version, up before down. */
export async function sealableFiles(source: Source): Promise<readonly SealableFile[]> {
	const newChecksum = await loadChecksum();
	const found: SealableFile[] = [];
	for (const version of await source.versions()) {
		for (const file of [await source.readUp(version), await source.readDown(version)]) {
			if (file?.name === undefined) continue;
			found.push({ name: file.name, file, checksum: await recordChecksum(file.body, newChecksum) });
		}
	}
	return found;
}

/**
 * Makes the seal of a source's files as they are now. What the seal has of them stays; new files get a line.
 *
 * @param accepted Names of files whose edits people accept with it.
 * @throws MigrateError `ERR_SEAL` for a file that was edited and is not accepted, and for one that is gone.
 */
export async function sealOf(source: Source, accepted: ReadonlySet<string>): Promise<Seal> {
	const before = (await source.readSeal?.()) ?? new Map<string, SealedFile>();
	const files = await sealableFiles(source);
	const names = new Set(files.map(({ name }) => name));
	const gone = [...before.keys()].find((name) => !names.has(name));
	if (gone !== undefined) {
		const message = `${gone} is in ${SEAL_NAME}, and the file is gone; put it back, or take its line out`;
		throw new MigrateError("ERR_SEAL", message, { location: gone, line: 0 });
	}
	return new Map(files.map((file) => [file.name, resealed(file, before.get(file.name), accepted)]));
}

function resealed(
	{ name, checksum, file }: SealableFile,
	before: SealedFile | undefined,
	accepted: ReadonlySet<string>,
): SealedFile {
	if (before === undefined) return { checksum, was: [] };
	if (before.checksum === checksum) return before;
	if (accepted.has(name)) return { checksum, was: [before.checksum, ...before.was] };
	const message = `${file.location} was edited since it was sealed; put it back, or say with -accept VERSION that the edit is right on every database`;
	throw new MigrateError("ERR_SEAL", message, { location: file.location, line: 0 });
}
