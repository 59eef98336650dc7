import { Migrate, type MigrateError, memorySource } from "@godwit/core";
import BetterSqlite3 from "better-sqlite3";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { factoryOf } from "./backends.ts";
import { createPlace, query } from "./place.ts";

const seed = Number(process.env.GODWIT_SEED ?? 1);

const ROWS = 12;

const SET_UP = `
	CREATE TABLE t (id INTEGER PRIMARY KEY, a INT, b INT);
	CREATE TABLE o (id INTEGER PRIMARY KEY, x INT);
	CREATE TABLE u (id INTEGER PRIMARY KEY, t INT, n INT);
	WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${ROWS})
		INSERT INTO t (a, b) SELECT i * 5 % 7, CASE WHEN i % 3 > 0 THEN i % 4 END FROM n;
	INSERT INTO o SELECT id, a FROM t WHERE id % 4 > 0;
`;

/** More rounds than a statement takes that changes each row once. */
const MANY_ROUNDS = ROWS + 2;

/** A statement that takes no rows of its own table but the one that it changes, or leaves out. */
interface Statement {
	readonly verb: "UPDATE" | "DELETE" | "INSERT";
	/** Up to the comment, which may follow a WHERE. */
	readonly whole: string;
	/** In the comment. */
	readonly batch: string;
	/** Counts what is left to do. */
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
		{ weight: 4, arbitrary: limit.map((n) => `AND id IN (SELECT id FROM t WHERE ${where} LIMIT ${n})`) },
		limit.map((n) => `AND id IN (SELECT id FROM t WHERE ${where} ORDER BY a, id DESC LIMIT ${n})`),
		limit.map((n) => `AND id <= ${n * 2}`),
	);

const deletes: fc.Arbitrary<Statement> = condition.chain((where) =>
	picked(where).map((batch) => ({
		verb: "DELETE",
		whole: `DELETE FROM t WHERE ${where}`,
		batch,
		left: `SELECT id FROM t WHERE ${where}`,
	})),
);

const updates: fc.Arbitrary<Statement> = fc
	.tuple(condition, fc.constantFrom("a", "b"), value)
	.chain(([where, column, to]) =>
		picked(where).map((batch) => ({
			verb: "UPDATE",
			whole: `UPDATE t SET ${column} = ${to} WHERE ${where}`,
			batch,
			left: `SELECT id FROM t WHERE ${where}`,
		})),
	);

const inserts: fc.Arbitrary<Statement> = fc
	.record({
		distinct: fc.constantFrom("", "DISTINCT "),
		columns: fc.constantFrom("id, a", "a, b", "a, 1", "id, (SELECT x FROM o WHERE o.id = t.id)"),
		where: condition,
		leftOut: fc.constantFrom("u.t = t.id", "u.t = t.a", "u.n = t.a", "u.t = t.a AND u.n = t.b"),
		batch: limit.map((n) => `LIMIT ${n}`),
	})
	.map(({ distinct, columns, where, leftOut, batch }) => {
		const rows = `SELECT ${distinct}${columns} FROM t WHERE ${where} AND NOT EXISTS (SELECT 1 FROM u WHERE ${leftOut})`;
		return { verb: "INSERT", whole: `INSERT INTO u (t, n) ${rows}`, batch, left: rows };
	});

/** What SQLite makes of a statement without godwit. */
interface Expected {
	/** The rows after the whole statement. */
	readonly rows: unknown;
	/** Whether rounds, one after the other until one changes nothing, end with the same rows. */
	readonly divisible: boolean;
	/** Whether the first round shows that they do not, or it never comes to that. */
	readonly told: boolean;
}

function expected({ verb, whole, batch, left }: Statement): Expected {
	using one = inMemory();
	one.exec(whole);
	const rows = contentOf((sql) => one.all(sql));
	using other = inMemory();
	const keys = (sql: string): readonly unknown[] => other.all(sql).map(([key]) => key);
	const before = keys(left);
	const first = verb === "INSERT" ? [] : keys(`${left} ${batch}`);
	const inserted = other.change(`${whole} ${batch}`);
	const after = keys(left);
	const told = verb === "INSERT" ? before.length - after.length !== inserted : first.some((key) => after.includes(key));
	let rounds = 1;
	for (let changed = inserted; changed > 0 && rounds < MANY_ROUNDS; rounds++)
		changed = other.change(`${whole} ${batch}`);
	const ends = rounds < MANY_ROUNDS && other.change(whole) === 0;
	const same = JSON.stringify(contentOf((sql) => other.all(sql))) === JSON.stringify(rows);
	return { rows, divisible: ends && same, told: told || !ends };
}

/** SQLite itself, with the rows to begin with. */
function inMemory(): Disposable & {
	exec(sql: string): void;
	all(sql: string): readonly (readonly unknown[])[];
	/** @returns How many rows changed. */
	change(sql: string): number;
} {
	const database = new BetterSqlite3(":memory:");
	database.exec(SET_UP);
	return {
		exec: (sql) => void database.exec(sql),
		all: (sql) => database.prepare(sql).raw().all() as unknown[][],
		change: (sql) => database.prepare(sql).run().changes,
		[Symbol.dispose]: () => void database.close(),
	};
}

/** Without the keys of what was inserted, which depend on the order. */
function contentOf(all: (sql: string) => readonly (readonly unknown[])[]): unknown {
	return [all("SELECT * FROM t"), all("SELECT t, n FROM u ORDER BY t, n")];
}

/** @returns The rows, or the code of what ended the run. */
async function migrated({ whole, batch }: Statement): Promise<{ readonly rows: unknown } | { readonly code: string }> {
	using place = createPlace();
	const driver = await factoryOf("sqlite-node").open(`sqlite://${place.path}?x-synchronous=off`);
	const files = { "1_a.up.sql": SET_UP, "2_b.up.sql": `-- godwit: until-done\n${whole} /* godwit: ${batch} */;` };
	await using migrate = new Migrate({ source: memorySource(files), driver });
	try {
		await migrate.up();
	} catch (error) {
		expect(await migrate.version()).toEqual({ version: 1n, dirty: false });
		return { code: ((error as Error).cause as MigrateError).code };
	}
	return { rows: contentOf((sql) => query(place.path, sql)) };
}

async function check(statement: Statement): Promise<void> {
	const { rows, divisible, told } = expected(statement);
	const found = await migrated(statement);
	const of = `${statement.whole} /* godwit: ${statement.batch} */`;
	if (divisible) expect(found, of).toEqual({ rows });
	else if (told) expect(found, of).toMatchObject({ code: expect.stringMatching(/^ERR_/) });
}

describe("random statements in rounds", () => {
	it.each([
		["DELETE", deletes],
		["UPDATE", updates],
		["INSERT", inserts],
	])(
		"end as the whole statement does, or with an error where the first round shows that they would not: %s",
		async (_, statement) => {
			// Of several at once, since each waits between its rounds.
			const property = fc.asyncProperty(fc.array(statement, { minLength: 8, maxLength: 8 }), async (statements) => {
				await Promise.all(statements.map(check));
			});
			await fc.assert(property, { seed, numRuns: Number(process.env.GODWIT_RUNS ?? 6) });
		},
	);
});
