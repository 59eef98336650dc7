import type { Statement } from "@godwit/sql";
import { describe, expect, it } from "vitest";
import { lastStatement, splitStatements } from "../../src/statements/split/split-statements.ts";
import { breaksTransaction } from "../../src/statements/transaction-control.ts";

function statement(sql: string): Statement {
	const { statements, rest } = splitStatements(sql);
	const [first] = [...statements, ...lastStatement(sql, rest)];
	if (first === undefined) throw new Error(`no statement in ${sql}`);
	return { sql: sql.slice(first.start, first.end), keyword: first.keyword, line: 1, column: 1 };
}

describe("breaksTransaction", () => {
	it.each([
		"COMMIT",
		"commit;",
		"COMMIT TRANSACTION;",
		"END;",
		"End Transaction;",
		"ROLLBACK;",
		"ROLLBACK TRANSACTION;",
		"rollback",
		"ROLLBACK-- to s\n;",
		"BEGIN;",
		"BEGIN IMMEDIATE;",
		"/* first */ COMMIT;",
		"PRAGMA journal_mode=WAL;",
		"pragma journal_mode = 'delete';",
		"PRAGMA main.journal_mode=WAL;",
		"PRAGMA main . journal_mode ( WAL );",
		'PRAGMA "main"."journal_mode"=WAL;',
		"PRAGMA [journal_mode]=WAL;",
		"PRAGMA/**/journal_mode/**/=WAL;",
		"PRAGMA -- why\n journal_mode\n=\nWAL;",
		"PRAGMA journal_mode == WAL;",
		'PRAGMA "a=b".journal_mode = WAL;',
		"PRAGMA [(].`journal_mode`(WAL);",
		"PRAGMA '--'.'Journal_Mode' = WAL;",
		"PRAGMA '/*' . journal_mode /* */ = WAL;",
		"END /* */ TRANSACTION",
		"COMMIT--",
		"\n\vCOMMIT;",
		"; ;\uFEFFCOMMIT",
		'ROLLBACK TRANSACTION "TO";',
		"ROLLBACK TRANSACTION [TO s];",
	])("tells %j", (sql) => {
		expect(breaksTransaction(statement(sql))).toBe(true);
	});

	it.each([
		"SAVEPOINT s;",
		"RELEASE s;",
		"ROLLBACK TO s;",
		"ROLLBACK TO SAVEPOINT s;",
		"ROLLBACK TRANSACTION TO s;",
		"ROLLBACK /* back */ TO s;",
		"rollback\nto s",
		"ROLLBACK /*x*/ TO s",
		"ROLLBACK TRANSACTION outer TO s;",
		"ROLLBACK -- '\nTO s;",
		"PRAGMA 'journal_mode';",
		"PRAGMA journal_mode.user_version = 3;",
		"PRAGMA my_journal_mode = wal;",
		"PRAGMA user_version = 'journal_mode = wal';",
		"PRAGMA journal_mode;",
		"PRAGMA main.journal_mode;",
		"PRAGMA journal_size_limit=7;",
		"PRAGMA foreign_keys=OFF;",
		"PRAGMA user_version=3;",
		"CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT 1; END;",
		"EXPLAIN COMMIT;",
		"SELECT 'COMMIT';",
		'"COMMIT";',
		"INSERT INTO log VALUES ('PRAGMA journal_mode=WAL');",
	])("leaves %j alone", (sql) => {
		expect(breaksTransaction(statement(sql))).toBe(false);
	});
});
