import { mkdtempSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join, relative } from "node:path";
import { isSameDatabase, register } from "@godwit/core";
import { describe, expect, it, onTestFinished } from "vitest";
import { pglite, postgres } from "../../src/index.ts";

for (const scheme of ["postgres", "postgresql", "pgx5"]) register(scheme, postgres);

describe("the identity of a PostgreSQL database", () => {
	it.each([
		["postgres://db.example/app", "pgx5://me:secret@DB.Example:5432/app?sslmode=require&x-history=off"],
		["postgres://db.example/app", "postgresql://db.example?dbname=app"],
		["postgres://db.example/me", "postgres://me@db.example"],
		["postgres://db.example", `postgres://db.example/${userInfo().username}`],
		["postgres://localhost/app", "postgres://127.0.0.1/app"],
		["postgres://[::1]/app", "postgres://LOCALHOST/app"],
		["postgres://a,b:6432/app", "postgres://b:6432,a:5432/app"],
		["postgres://127.0.0.1:1,127.0.0.1:2/app", "postgres://localhost:1/app"],
		["postgres://a/app", "postgres://b,c,A:5432/app"],
		["postgres://a,b/app", "postgres://b,c/app"],
		["postgres:///app?host=/run/postgresql", "postgres:///app?host=%2Frun%2Fpostgresql"],
	])("of %s is that of %s", async (one, other) => {
		expect(await isSameDatabase(one, other)).toBe(true);
	});

	it.each([
		["postgres://db.example/app", "postgres://db.example/App"],
		["postgres://db.example/app", "postgres://db.example:6432/app"],
		["postgres://db.example/app", "postgres://db2.example/app"],
		["postgres://one@db.example", "postgres://two@db.example"],
		["postgres://a,b/app", "postgres://c,d/app"],
		["postgres://a,b/app", "postgres://a,b/other"],
	])("of %s is not that of %s", async (one, other) => {
		expect(await isSameDatabase(one, other)).toBe(false);
	});

	it("has no secret in it", async () => {
		expect(await postgres.identityOf("postgres://me:secret@db.example/app")).not.toEqual(
			expect.arrayContaining([expect.stringContaining("secret")]),
		);
	});

	it("of a URL that cannot be read is an error", async () => {
		await expect(postgres.identityOf("postgres://db.example/app?sslmod=require")).rejects.toMatchObject({
			code: "ERR_INVALID_OPTION",
		});
	});
});

describe("the identity of a folder of PGlite", () => {
	it("is that of the folder, by whatever path, and each database in memory is another one", async () => {
		const folder = realpathSync(mkdtempSync(join(tmpdir(), "godwit-identity-")));
		onTestFinished(() => rmSync(folder, { recursive: true }));
		const link = `${folder}-link`;
		symlinkSync(folder, link);
		onTestFinished(() => rmSync(link));
		const identity = await pglite.identityOf(`pglite://${folder}`);
		for (const path of [link, `${folder}/../${folder.split("/").at(-1)}`, relative(process.cwd(), folder)]) {
			expect(await pglite.identityOf(`pglite://${path}?x-history=off`)).toBe(identity);
		}
		expect(await pglite.identityOf(`pglite://${folder}/not-there`)).toBe(
			await pglite.identityOf(`pglite://${link}/not-there`),
		);
		expect(await pglite.identityOf("pglite://:memory:")).not.toBe(await pglite.identityOf("pglite://:memory:"));
	});

	it("stays with the URL that is read from another folder", async () => {
		expect(await pglite.absoluteUrl("pglite://data?x-history=off", "/srv/app")).toBe(
			"pglite:///srv/app/data?x-history=off",
		);
		expect(await pglite.absoluteUrl("pglite://:memory:", "/srv/app")).toBe("pglite://:memory:");
		expect(await postgres.absoluteUrl("postgres://db.example/app", "/srv/app")).toBe("postgres://db.example/app");
	});
});
