import { expect, it } from "vitest";
import { wantedLock } from "../../src/blockers/wanted-lock.ts";

it.each([
	["ALTER TABLE users ADD b int", "AccessShareLock", true],
	["ALTER TABLE a ADD CONSTRAINT f FOREIGN KEY (b) REFERENCES users", "AccessShareLock", false],
	["ALTER TABLE a VALIDATE CONSTRAINT f", "RowExclusiveLock", false],
	["CREATE INDEX i ON users (a)", "RowExclusiveLock", true],
	["CREATE INDEX i ON users (a)", "AccessShareLock", false],
	["CREATE INDEX i ON users (a)", "ShareLock", false],
	["UPDATE users SET a = 1", "AccessShareLock", false],
	["UPDATE users SET a = 1", "ShareLock", true],
	["SELECT * FROM users", "ExclusiveLock", false],
	["DROP TABLE users", "AccessShareLock", true],
] as const)("%s waits for a holder of %s: %s", (sql, mode, waits) => {
	expect(wantedLock(sql).conflicts.includes(mode)).toBe(waits);
});

it("has the names of a statement, quoted ones and those in code too, and no parts of names", () => {
	const { names } = wantedLock(`DO $$ BEGIN ALTER TABLE "Users" ADD b int; END $$; SELECT 'x' FROM a."T ""1"`);
	expect(names).toContain("users");
	expect(names).toContain('T "1');
	expect(wantedLock("ALTER TABLE users ADD b int").names).not.toContain("t");
});
