import type { SchemaRow } from "./reference.ts";

/** How an operation ended, in words for both tools. */
export type Outcome =
	| "ok"
	| "no-change"
	| "short"
	| "nothing-left"
	| "no-migrations"
	| "no-such-version"
	| "newer"
	| "out-of-order"
	| "changed"
	| "dirty"
	| "invalid-version"
	| "nil-version"
	| "failed"
	| "refused-body"
	| "unreadable"
	| "irreversible"
	| "duplicate"
	| "bad-names"
	| `other: ${string}`;

/** What a database holds. */
export interface State {
	readonly version: bigint;
	readonly dirty: boolean;
	/** All rows of the version table, ordered by version. */
	readonly rows: readonly { readonly version: bigint; readonly dirty: boolean }[];
	/** Ordered by type and name, without the tools' own tables. */
	readonly schema: readonly SchemaRow[];
}

export interface Answer extends State {
	readonly outcome: Outcome;
	/** How many of the steps asked for do not exist. */
	readonly short: number;
	/** For people; not compared. */
	readonly message: string;
}

export type Operation =
	| { readonly kind: "up" | "down" | "version" | "drop" }
	| { readonly kind: "reopen" }
	| { readonly kind: "steps"; readonly count: number }
	| { readonly kind: "migrate"; readonly version: bigint }
	| { readonly kind: "force"; readonly version: bigint };

/** What a tool is asked for on an open database. */
export type Request = Exclude<Operation, { readonly kind: "reopen" }>;

/** Where a tool works. */
export interface Place {
	/** Folder of the migrations. */
	readonly migrations: string;
	/** File of the database. */
	readonly database: string;
}

/** golang-migrate or godwit, with one database open at a time. */
export interface Tool {
	readonly name: string;
	open(place: Place): Promise<Answer>;
	perform(request: Request): Promise<Answer>;
	/** May be called without a successful `open`. */
	close(): Promise<void>;
}

export function written(operation: Operation): string {
	if (operation.kind === "steps") return `steps(${operation.count})`;
	return "version" in operation ? `${operation.kind}(${operation.version})` : `${operation.kind}()`;
}
