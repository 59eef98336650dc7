import { type FileEffects, textBody } from "@godwit/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { backends, type Connection } from "../sqlite/backends.ts";
import { anyStatements, ROWS, SCHEMA, TEMPLATES } from "./any-statement.ts";

const seed = Number(process.env.GODWIT_SEED ?? 1);
const numRuns = Number(process.env.GODWIT_RUNS ?? 8);

/** The rows of every table of the main database, by its name; with the b-tree, which stays when it is renamed. */
type Contents = ReadonlyMap<string, { readonly root: unknown; readonly rows: string }>;

function contentsOf(connection: Connection): Contents {
	const tables = connection.all(
		"SELECT name, rootpage FROM main.sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
	);
	return new Map(
		tables.map(({ name, rootpage }) => {
			const rows = connection.all(`SELECT * FROM main."${name}"`);
			const text = JSON.stringify(rows, (_, value) => (typeof value === "bigint" ? `${value}n` : value));
			return [String(name), { root: rootpage, rows: text }];
		}),
	);
}

interface Truth {
	readonly error: string | undefined;
	/** Tables that are there still, under whatever name, with other rows or columns; by their names before. */
	readonly changed: readonly string[];
	readonly gone: readonly string[];
	readonly made: readonly string[];
}

/** Runs a statement and looks at all tables. What it did stays, unless it is to be undone or has failed. */
function run(
	connection: Connection,
	sql: string,
	{ foreignKeys, stays }: { foreignKeys: boolean; stays: boolean },
): Truth {
	connection.exec(`PRAGMA foreign_keys = ${foreignKeys ? 1 : 0}`);
	const before = contentsOf(connection);
	connection.exec("SAVEPOINT one");
	const error = failureOf(() => connection.exec(sql));
	const after = contentsOf(connection);
	if (!stays || error !== undefined) connection.exec("ROLLBACK TO one");
	connection.exec("RELEASE one");
	connection.exec("PRAGMA foreign_keys = 0");
	const newName = (name: string): string | undefined => {
		if (after.has(name)) return name;
		const root = before.get(name)?.root;
		return root === 0n
			? undefined
			: [...after].find(([other, table]) => table.root === root && !before.has(other))?.[0];
	};
	const changed = [...before.keys()].filter((name) => {
		const now = newName(name);
		return now !== undefined && after.get(now)?.rows !== before.get(name)?.rows;
	});
	const renamed = new Set([...before.keys()].map(newName));
	return {
		error,
		changed,
		gone: [...before.keys()].filter((name) => newName(name) === undefined),
		made: [...after.keys()].filter((name) => !renamed.has(name)),
	};
}

function failureOf(work: () => void): string | undefined {
	try {
		work();
		return undefined;
	} catch (error) {
		return (error as Error).message;
	}
}

/** What of the truth the effects do not name. */
function missed(file: FileEffects, truth: Truth, foreignKeys: boolean): readonly string[] {
	const effects = file.statements[0];
	if (effects === undefined) return ["the statement"];
	const written = [
		...effects.writes,
		...(foreignKeys ? effects.cascades : []),
		...effects.alters.map(({ name }) => name),
	];
	const left = [...effects.destroys, ...effects.renames.map(({ from }) => from)];
	const came = [...effects.creates.map(({ name }) => name), ...effects.renames.map(({ to }) => to)];
	return [
		...truth.changed.filter((name) => !written.includes(name)).map((name) => `${name} is changed`),
		...truth.gone.filter((name) => !left.includes(name)).map((name) => `${name} is gone`),
		...truth.made.filter((name) => !came.includes(name)).map((name) => `${name} is new`),
	];
}

describe.each(backends)("the effects of generated statements, on $name", (backend) => {
	it("name every table that is changed, dropped or made, with foreign keys off and on", async () => {
		const ran = new Set<string>();
		const property = fc.asyncProperty(anyStatements, async (statements) => {
			using connection = backend.connect(":memory:");
			connection.exec(SCHEMA + ROWS);
			await using driver = connection.withInstance();
			for (const { kind, sql } of statements) {
				const [file] = (await driver.analyse?.([textBody(sql)]))?.files ?? [];
				if (file === undefined) throw new Error("nothing was analysed");
				const enforced = run(connection, sql, { foreignKeys: true, stays: false });
				const plain = run(connection, sql, { foreignKeys: false, stays: true });
				if (file.fails) {
					expect(plain.error, `${sql} was said to fail: ${file.findings[0]?.message}`).toBeDefined();
					continue;
				}
				if (plain.error === undefined) {
					ran.add(kind);
					expect(missed(file, plain, false), sql).toEqual([]);
				}
				if (enforced.error === undefined) expect(missed(file, enforced, true), `${sql} with foreign keys`).toEqual([]);
			}
		});
		await fc.assert(property, { seed, numRuns, endOnFailure: true });
		expect(ran.size, "kinds that ran").toBeGreaterThan(Object.keys(TEMPLATES).length * 0.6);
	});
});
