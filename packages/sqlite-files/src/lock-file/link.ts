import { formatShortOwner, type Owner, parseOwner, sameOwner } from "../owners/owner.ts";

/** How a SQLite library locks a database: with POSIX locks, or with a folder `<file>.lock`. */
export type LinkKind = "native" | "wasm";

/** One holder that relies on a link. */
export interface Member {
	readonly owner: Owner;
	/** When the holder entered, in seconds since 1970, by its own clock. */
	readonly since: number;
	/** The SQLite library of its connection, as `libraryMark`. */
	readonly library: string;
}

/**
 * The content of the symbolic link `<file>.lock`.
 *
 * A native link names all native holders that rely on it, since none of them looks at it again before its transactions.
 * A claim is a link beside it, with the content that the link will have.
 */
export interface Link {
	readonly kind: LinkKind;
	/** New for every link that is made. */
	readonly id: string;
	/** Who made this link. */
	readonly maker: Owner;
	readonly members: readonly Member[];
	/** Files that were attached, relative to the folder of the link, which may have a journal to be rolled back. */
	readonly files: readonly string[];
}

const FORM = "godwit1";
/** In place of the maker in the list of members. */
const MAKER = ".";

/** Writes a link as the target of a symbolic link. */
export function formatLink({ kind, id, maker, members, files }: Link): string {
	const names = members.map(({ owner, since, library }) => {
		const name = sameOwner(owner, maker) ? MAKER : formatShortOwner(owner);
		return `${name}@${since.toString(36)}@${library}`;
	});
	return [FORM, kind, id, formatShortOwner(maker), names.join(","), ...files.map(encodeURIComponent)].join(" ");
}

/** The text that was read last. A holder on node-sqlite3-wasm reads its own link before each commit. */
let last: { readonly text: string; readonly link: Link | undefined } | undefined;

/** Reads what `formatLink` wrote; undefined for any other text. */
export function parseLink(text: string): Link | undefined {
	if (last?.text !== text) last = { text, link: readFields(text) };
	return last.link;
}

function readFields(text: string): Link | undefined {
	const [form, kind, id = "", makerText = "", names = "", ...files] = text.split(" ");
	const maker = parseOwner(makerText);
	if (form !== FORM || (kind !== "native" && kind !== "wasm") || maker === undefined) return undefined;
	// The id becomes part of a file name.
	if (!/^[0-9a-z-]+$/.test(id)) return undefined;
	const members = (names === "" ? [] : names.split(",")).map((name) => parseMember(name, maker));
	if (!members.every((member) => member !== undefined)) return undefined;
	try {
		return { kind, id, maker, members, files: files.map(decodeURIComponent) };
	} catch {
		return undefined;
	}
}

function parseMember(text: string, maker: Owner): Member | undefined {
	const [name = "", since = "", library = ""] = text.split("@");
	const owner = name === MAKER ? maker : parseOwner(name);
	if (owner === undefined || !/^[0-9a-z]{1,8}$/.test(since) || !/^[0-9a-z]{1,4}$/.test(library)) return undefined;
	return { owner, since: Number.parseInt(since, 36), library };
}

export function hasMember({ members }: Link, owner: Owner): boolean {
	return members.some((member) => sameOwner(member.owner, owner));
}
