import { describe, expect, it } from "vitest";
import { createStatementSplitter, type Statement } from "../../src/statements/statement-splitter.ts";
import { breaksTransaction, optsOutOfTransaction } from "../../src/statements/transaction-control.ts";

function statement(sql: string): Statement {
	const splitter = createStatementSplitter();
	const [first] = [...splitter.push(sql), ...splitter.end()];
	if (first === undefined) throw new Error(`no statement in ${sql}`);
	return first;
}

function leadingComments(sql: string): readonly string[] {
	const splitter = createStatementSplitter();
	splitter.push(sql);
	splitter.end();
	return splitter.leadingComments;
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

describe("optsOutOfTransaction", () => {
	it.each([
		"-- godwit: no-transaction\nVACUUM;",
		"--godwit:no-transaction\nVACUUM;",
		"--  godwit:  no-transaction  \r\nVACUUM;",
		"\uFEFF-- godwit: no-transaction\nVACUUM;",
		"-- made by hand\n\n/* license */\n-- godwit: no-transaction\nVACUUM;",
		"-- godwit: no-transaction",
	])("reads the comment in %j", (sql) => {
		expect(optsOutOfTransaction(leadingComments(sql))).toBe(true);
	});

	it.each([
		"VACUUM; -- godwit: no-transaction",
		"VACUUM;\n-- godwit: no-transaction",
		"-- godwit: no-transactions\nVACUUM;",
		"-- not godwit: no-transaction\nVACUUM;",
		"-- see -- godwit: no-transaction\nVACUUM;",
		"-- godwit: no-transaction please\nVACUUM;",
		"/* -- godwit: no-transaction */ VACUUM;",
		"SELECT '-- godwit: no-transaction';",
		"",
	])("does not find one in %j", (sql) => {
		expect(optsOutOfTransaction(leadingComments(sql))).toBe(false);
	});
});
