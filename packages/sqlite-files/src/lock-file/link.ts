import { formatShortOwner, type Owner, parseOwner, sameOwner } from "../owners/owner.ts";

/** How a SQLite library locks a database: with POSIX locks, or with a folder `<file>.lock`. */
export type LinkKind = "native" | "wasm";

/** Who relies on a link. */
export interface Member {
	readonly owner: Owner;
	/** When it entered, in seconds since 1970, by its own clock. */
	readonly since: number;
	/** Tells the SQLite library of its connection from others, in few letters. */
	readonly library: string;
}

/**
 * What the symbolic link `<file>.lock` says.
 *
 * A native link names all native holders that rely on it, since none of them looks at it again before its transactions.
 * A claim on a link, made beside it, already has the text that the link will have.
 */
export interface Link {
	readonly kind: LinkKind;
	/** New for every link that is made. */
	readonly id: string;
	/** Who wrote this text. */
	readonly maker: Owner;
	readonly members: readonly Member[];
	/** Files that were attached, relative to the folder of the link, which may have a journal to be rolled back. */
	readonly files: readonly string[];
}

const FORM = "godwit1";
/** Stands for the maker among the members. */
const MAKER = ".";

/** Writes a link as the target of a symbolic link. */
export function formatLink({ kind, id, maker, members, files }: Link): string {
	const names = members.map(({ owner, since, library }) => {
		const name = sameOwner(owner, maker) ? MAKER : formatShortOwner(owner);
		return `${name}@${since.toString(36)}@${library}`;
	});
	return [FORM, kind, id, formatShortOwner(maker), names.join(","), ...files.map(encodeURIComponent)].join(" ");
}

/** Reads what `formatLink` wrote; undefined for any other text. */
export function parseLink(text: string): Link | undefined {
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
