import fc from "fast-check";

/** A statement that takes no rows of its own table but the one that it changes, or leaves out. */
export interface RandomStatement {
	readonly verb: "UPDATE" | "DELETE" | "INSERT";
	/** Up to the comment, which may follow a WHERE. */
	readonly whole: string;
	/** In the comment. */
	readonly batch: string;
	/** The rows that are left to do; those of an UPDATE or a DELETE by their keys. */
	readonly left: string;
}

const small = fc.integer({ min: 0, max: 7 });

const simple = fc.oneof(
	fc.constant("b IS NULL"),
	small.map((k) => `a < ${k}`),
	small.map((k) => `b >= ${k}`),
	small.map((k) => `a IN (SELECT x FROM o WHERE o.id <= ${k})`),
	small.map((k) => `t.id % 3 = ${k % 3}`),
);

const condition = fc.oneof(
	simple,
	fc.tuple(simple, simple).map(([one, other]) => `${one} AND ${other}`),
	fc.tuple(simple, simple).map(([one, other]) => `(${one} OR ${other})`),
);

const value = fc.oneof(
	fc.constantFrom("id", "a", "NULL", "-a", "(SELECT x FROM o WHERE o.id = t.id)"),
	small.map(String),
	small.map((k) => `a + ${k}`),
	small.map((k) => `coalesce(b, 0) + ${k}`),
);

const limit = fc.integer({ min: 3, max: 6 });

/** Picks rows of a condition, all of them in the end or not. */
const picked = (where: string): fc.Arbitrary<string> =>
	fc.oneof(
		{ weight: 4, arbitrary: limit.map((n) => `AND id IN (SELECT id FROM t WHERE ${where} ORDER BY id LIMIT ${n})`) },
		limit.map((n) => `AND id IN (SELECT id FROM t WHERE ${where} ORDER BY a, id DESC LIMIT ${n})`),
		limit.map((n) => `AND id <= ${n * 2}`),
	);

const deletes: fc.Arbitrary<RandomStatement> = condition.chain((where) =>
	picked(where).map((batch) => ({
		verb: "DELETE",
		whole: `DELETE FROM t WHERE ${where}`,
		batch,
		left: `SELECT id FROM t WHERE ${where}`,
	})),
);

const updates: fc.Arbitrary<RandomStatement> = fc
	.tuple(condition, fc.constantFrom("a", "b"), value)
	.chain(([where, column, to]) =>
		picked(where).map((batch) => ({
			verb: "UPDATE",
			whole: `UPDATE t SET ${column} = ${to} WHERE ${where}`,
			batch,
			left: `SELECT id FROM t WHERE ${where}`,
		})),
	);

const inserts: fc.Arbitrary<RandomStatement> = fc
	.record({
		columns: fc.constantFrom("id, a", "a, b", "a, 1", "id, (SELECT x FROM o WHERE o.id = t.id)"),
		where: condition,
		leftOut: fc.constantFrom("u.t = t.id", "u.t = t.a", "u.n = t.a", "u.t = t.a AND u.n = t.b"),
		batch: limit.map((n) => `ORDER BY t.id LIMIT ${n}`),
	})
	.map(({ columns, where, leftOut, batch }) => {
		const rows = `SELECT ${columns} FROM t WHERE ${where} AND NOT EXISTS (SELECT 1 FROM u WHERE ${leftOut})`;
		return { verb: "INSERT", whole: `INSERT INTO u (t, n) ${rows}`, batch, left: rows };
	});

export const STATEMENTS: readonly (readonly [verb: string, fc.Arbitrary<RandomStatement>])[] = [
	["DELETE", deletes],
	["UPDATE", updates],
	["INSERT", inserts],
];

const ROWS = 12;

/** The tables of all of them, with rows. */
export function setUp(): string {
	const ids = Array.from({ length: ROWS }, (_, index) => index + 1);
	const rows = ids.map((id) => `(${id}, ${(id * 5) % 7}, ${id % 3 > 0 ? id % 4 : "NULL"})`);
	return `
		CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER, b INTEGER);
		CREATE TABLE o (id INTEGER PRIMARY KEY, x INTEGER);
		CREATE TABLE u (t INTEGER, n INTEGER);
		INSERT INTO t VALUES ${rows.join(", ")};
		INSERT INTO o SELECT id, a FROM t WHERE id % 4 > 0;
	`;
}

/** What all rows are, as SQL that gives one row with two columns of text. */
export const CONTENT: readonly string[] = ["SELECT id, a, b FROM t ORDER BY id", "SELECT t, n FROM u ORDER BY t, n"];

/** A database with the rows of `setUp`, without godwit. */
export interface PlainDatabase extends AsyncDisposable {
	all(sql: string): Promise<readonly (readonly unknown[])[]>;
	/** @returns How many rows changed. */
	change(sql: string): Promise<number>;
}

/** More rounds than a statement takes that changes each row once. */
const MANY_ROUNDS = ROWS + 2;

/** What the database makes of a statement without godwit. */
export interface Expected {
	/** The rows after the whole statement. */
	readonly rows: unknown;
	/** Whether rounds, one after the other until one changes nothing, end with the same rows. */
	readonly divisible: boolean;
	/** Whether the first round shows that they do not, or it never comes to that. */
	readonly told: boolean;
}

export async function expected(
	{ verb, whole, batch, left }: RandomStatement,
	open: () => Promise<PlainDatabase>,
): Promise<Expected> {
	await using one = await open();
	await one.change(whole);
	const rows = await contentOf(one.all);
	await using other = await open();
	const keys = async (sql: string): Promise<readonly unknown[]> => (await other.all(sql)).map(([key]) => key);
	const before = await keys(left);
	const first = verb === "INSERT" ? [] : await keys(`${left} ${batch}`);
	const made = await other.change(`${whole} ${batch}`);
	const after = await keys(left);
	const told = verb === "INSERT" ? before.length - after.length !== made : first.some((key) => after.includes(key));
	let rounds = 1;
	for (let changed = made; changed > 0 && rounds < MANY_ROUNDS; rounds++)
		changed = await other.change(`${whole} ${batch}`);
	const ends = rounds < MANY_ROUNDS && (await other.change(whole)) === 0;
	const same = JSON.stringify(await contentOf(other.all)) === JSON.stringify(rows);
	return { rows, divisible: ends && same, told: told || !ends };
}

export async function contentOf(all: PlainDatabase["all"]): Promise<unknown> {
	const tables = [];
	for (const sql of CONTENT)
		tables.push((await all(sql)).map((row) => row.map((one) => (one === null ? null : Number(one)))));
	return tables;
}
