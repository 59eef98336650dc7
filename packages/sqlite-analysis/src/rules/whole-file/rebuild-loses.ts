import type { FileFinding } from "@godwit/core";
import { canonicalTokens, type IndexShape, quotedName, type TableShape } from "@godwit/sqlite";
import type { TableState } from "../../schema/schema-state.ts";
import type { RanFile } from "../rule.ts";
import { placeOfRemoval } from "./placed-at.ts";

/** A table that was made anew under its name, and lost an index, a trigger or a constraint on the way. */
export function rebuildLoses(file: RanFile): readonly FileFinding[] {
	const dropped = droppedByName(file);
	const replaced = replacedTables(file);
	return [...file.after.tables].flatMap(([name, now]) => {
		const old = file.before.tables.get(name);
		if (old === undefined || !replaced.has(name) || !sharesColumn(old.shape, now.shape)) return [];
		const place = placeOfRemoval(file, old.name);
		const lost = [...lostIndexes(old.shape, now.shape), ...lostTriggers(old, file)].filter(
			({ name: object }) => !dropped.has(object),
		);
		const objects = lost.map(({ type, name: object, what }): FileFinding => {
			const message = `the new ${now.name} has no ${type} ${object}${what}: it went with the old table; make it again after it, or drop it by its name if that is meant`;
			return { ...place, rule: "rebuild-loses", level: "error", message };
		});
		const constraints = lostConstraints(old.shape, now.shape).map((what): FileFinding => {
			const message = `the new ${now.name} has no ${what}, which the old one had`;
			return { ...place, rule: "rebuild-loses", level: "note", message };
		});
		return [...objects, ...constraints];
	});
}

/**
 * Names that another table has after the file than before it, as its statements drop and rename tables. The b-tree does not tell:
 * a new table may get that of the dropped one.
 */
function replacedTables({ statements }: RanFile): ReadonlySet<string> {
	const origins = new Map<string, string | undefined>();
	for (const { effects } of statements) {
		for (const table of effects.destroys) origins.set(quotedName(table), undefined);
		for (const { type, ...names } of effects.renames) {
			if (type !== "table") continue;
			const [from, to] = [quotedName(names.from), quotedName(names.to)];
			const origin = origins.has(from) ? origins.get(from) : from;
			origins.set(from, undefined);
			origins.set(to, origin);
		}
	}
	return new Set([...origins].filter(([name, origin]) => name !== origin).map(([name]) => name));
}

function sharesColumn(old: TableShape, now: TableShape): boolean {
	return old.columns.some((column) => now.columns.some(({ name }) => name === column.name));
}

interface Lost {
	readonly type: "index" | "trigger";
	/** As `quotedName`. */
	readonly name: string;
	readonly what: string;
}

/** Names in the DROP statements of the file. */
function droppedByName({ statements }: RanFile): ReadonlySet<string> {
	const drops = statements.filter(({ statement }) => statement.keyword === "DROP");
	return new Set(drops.flatMap(({ statement }) => canonicalTokens(statement.sql).map(({ text }) => text)));
}

function lostIndexes(old: TableShape, now: TableShape): readonly Lost[] {
	const columns = new Set(now.columns.map(({ name }) => name));
	const indexes = [...now.indexes, ...primaryKeyOf(now)];
	return old.indexes.flatMap((index) => {
		const { name, unique } = index;
		if (name === undefined || indexes.some((other) => other.name === name)) return [];
		if (index.columns.some((column) => column.isColumn && !columns.has(column.name))) return [];
		if (isReplaced(index, indexes)) return [];
		const on = index.columns.map((column) => column.name).join(", ");
		return [{ type: "index", name, what: ` on (${on})${unique ? ", which kept rows unique" : ""}` }];
	});
}

/** A rowid is no index that SQLite lists. */
function primaryKeyOf({ columns }: TableShape): readonly IndexShape[] {
	const key = columns.filter(({ primaryKey }) => primaryKey > 0);
	if (key.length !== 1) return [];
	const names = key.map(({ name }) => ({ name, isColumn: true, descending: false, collation: "binary" }));
	return [{ name: undefined, origin: "pk", unique: true, columns: names, text: undefined }];
}

/** Whether another index does the same work: the same columns, or for one that is not unique the same first one. */
function isReplaced(index: IndexShape, others: readonly IndexShape[]): boolean {
	const names = index.columns.map(({ name }) => name);
	if (!index.columns.every(({ isColumn }) => isColumn)) {
		return others.some(({ columns }) => columns.some(({ isColumn }) => !isColumn));
	}
	if (index.unique)
		return others.some((other) => other.unique && other.columns.some(({ name }) => names.includes(name)));
	return others.some(({ columns }) => columns[0]?.name === names[0]);
}

function lostTriggers(old: TableState, { after }: RanFile): readonly Lost[] {
	const triggers = new Set(after.rows.filter(({ type }) => type === "trigger").map(({ name }) => name));
	const lost = old.triggers.filter((name) => !triggers.has(name));
	return lost.map((name) => ({ type: "trigger", name: quotedName(name), what: "" }));
}

/** UNIQUE, foreign keys, CHECK and COLLATE of columns that are there still. Mostly this is what the file is for. */
function lostConstraints(old: TableShape, now: TableShape): readonly string[] {
	const columns = new Set(now.columns.map(({ name }) => name));
	const stays = (names: readonly string[]): boolean => names.every((name) => columns.has(name));
	const uniques = old.indexes
		.filter(({ origin }) => origin === "u")
		.map(({ columns: key }) => key.map(({ name }) => name));
	const keys = old.foreignKeys.filter(
		(key) =>
			stays(key.columns) && !now.foreignKeys.some((other) => other.columns.some((name) => key.columns.includes(name))),
	);
	return [
		...uniques
			.filter(
				(names) =>
					stays(names) &&
					!now.indexes.some(({ unique, columns: key }) => unique && key.some(({ name }) => names.includes(name))),
			)
			.map((names) => `UNIQUE (${names.join(", ")})`),
		...keys.map((key) => `FOREIGN KEY (${key.columns.join(", ")}) REFERENCES ${key.parent}`),
		...lostResidue(old, now, "check"),
		...lostResidue(old, now, "collate"),
	];
}

/** One that was rewritten is there still. */
function lostResidue(old: TableShape, now: TableShape, kind: "check" | "collate"): readonly string[] {
	const of = (shape: TableShape): readonly string[] => shape.residue.filter((line) => line.startsWith(`${kind} `));
	if (of(now).length >= of(old).length) return [];
	return of(old)
		.filter((line) => !of(now).includes(line))
		.map((line) => line.replace(kind, kind.toUpperCase()));
}
