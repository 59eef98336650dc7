import type { MigrationBody } from "../body/migration-body.ts";
import type { Place } from "./place.ts";

/** A part of a schema. */
export interface SchemaPart {
	/** In the words of the database: `table`, `index`, `view`, `trigger`, `column`. */
	readonly type: string;
	/** Of a column `table.column`. */
	readonly name: string;
}

/** A part of a schema that keeps what it holds under another name. */
export interface RenamedPart {
	readonly type: string;
	/** As `SchemaPart.name`. */
	readonly from: string;
	readonly to: string;
}

/**
 * What one statement would do. A table is named here when the statement may do it, whether or not a row is there for it.
 * Tables are named as they are called before the statement.
 */
export interface StatementEffects extends Place {
	/** As it is written. A long one is cut, and ends with `…`. */
	readonly sql: string;
	/** Tables whose rows it reads and does not write. */
	readonly reads: readonly string[];
	/** Tables whose rows it adds, changes or deletes, by triggers too. */
	readonly writes: readonly string[];
	/** Of `writes`, the tables of which it takes rows away, or gives rows another key. */
	readonly removes: readonly string[];
	/** Tables that it writes besides when foreign keys are enforced, see `FileEffects.foreignKeys`. */
	readonly cascades: readonly string[];
	/** Tables that are gone afterwards, with their rows. */
	readonly destroys: readonly string[];
	readonly creates: readonly SchemaPart[];
	readonly drops: readonly SchemaPart[];
	/** What has another definition afterwards. */
	readonly alters: readonly SchemaPart[];
	readonly renames: readonly RenamedPart[];
	/** Whether it changes or deletes rows without a condition. */
	readonly everyRow: boolean;
	/** Whether it can fail, on some rows, because foreign keys are enforced. */
	readonly checksForeignKeys: boolean;
	/** Why this is not all, or nothing, of what it does; missing when it is. */
	readonly unknown?: string | undefined;
	/** The rules that the line before it allows it to break; missing for none. */
	readonly allows?: readonly string[] | undefined;
}

/** What a rule has found in a file. */
export interface FileFinding extends Place {
	/** The name of the rule: what `-- godwit: allow NAME` permits. */
	readonly rule: string;
	/** `error`: it is wrong. `warning`: it can fail or lose something. `note`: good to know. */
	readonly level: "error" | "warning" | "note";
	/** What is so, and what to do, in a sentence. */
	readonly message: string;
}

/** What one file would do. */
export interface FileEffects {
	/** Whether all of it runs in one transaction. */
	readonly transaction: boolean;
	/**
	 * Whether it runs in rounds, each a transaction of its own, see `Driver.apply`. Then `transaction` is false, and the effects are
	 * those of all rounds together.
	 */
	readonly rounds: boolean;
	/** Whether foreign keys are enforced as it begins, so that `cascades` happen. */
	readonly foreignKeys: boolean;
	/** In their order; up to the one that fails. */
	readonly statements: readonly StatementEffects[];
	/** In the order of the file. */
	readonly findings: readonly FileFinding[];
	/** The rules that the file allows itself to break as a whole; what they found is left out. */
	readonly allows: readonly string[];
	/** Whether it fails whatever rows there are; its last finding says why. */
	readonly fails: boolean;
}

/** What several files would do, one after the other. */
export interface Analysis {
	/** Of each file in its order; up to the first that fails. */
	readonly files: readonly FileEffects[];
	/** What could not be looked at, each in a sentence. */
	readonly gaps: readonly string[];
}

export interface AnalyseOptions {
	/**
	 * Whether the rows of the database are looked at: what works on an empty table alone is tried on them, and what changes
	 * every row is noted. Default false.
	 */
	readonly rows?: boolean;
	/** Those of the bodies that run whole also where they ask for rounds, which then need not fit. Default none. */
	readonly whole?: readonly MigrationBody[];
}
