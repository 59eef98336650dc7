import { describe, expect, it } from "vitest";
import { readContents } from "../database-contents.ts";
import { EMPTY, fieldStation, LATEST, SCHEMES } from "./knowledge-base.ts";

describe.each(SCHEMES)("the knowledge base on %s", (scheme) => {
	it("goes up by every single step, and each down restores what its up found", async () => {
		await using station = await fieldStation();
		await using migrate = await station.migrate(scheme);
		let before = EMPTY;
		for (let version = 1n; version <= LATEST; version++) {
			await migrate.steps(1);
			const after = station.contents();
			expect(after, `version ${version} changes something`).not.toEqual(before);
			await migrate.steps(-1);
			expect(station.contents(), `the down of version ${version}`).toEqual(before);
			await migrate.steps(1);
			expect(station.contents(), `the second up of version ${version}`).toEqual(after);
			before = after;
		}
		expect(await migrate.version()).toEqual({ version: LATEST, dirty: false });
		await migrate.down();
		expect(station.contents()).toEqual(EMPTY);
	});

	it("never orphans a row, on the way up or down", async () => {
		await using station = await fieldStation();
		await using migrate = await station.migrate(scheme, "&x-foreign-key-check=true");
		await migrate.up();
		await migrate.down();
		expect(station.contents()).toEqual(EMPTY);
	});

	it.each([
		["up", 8, 9],
		["down", 9, 8],
		["up", 13, 14],
		["down", 14, 13],
	] as const)(
		"keeps the children, indexes and triggers of a rebuilt table on the way %s from %i to %i",
		async (_, from, to) => {
			await using station = await fieldStation();
			await using migrate = await station.migrate(scheme);
			await migrate.migrate(from);
			station.app(
				"INSERT INTO comments (article_id, parent_id, author_id, body) SELECT article_id, id, author_id, 'Thank you!' FROM comments",
			);
			const children = (): readonly unknown[] =>
				["comments", "revisions", "article_tags"].map((table) => station.app(`SELECT * FROM ${table} ORDER BY 1, 2`));
			const authors = (): readonly unknown[] => station.app("SELECT id, author_id FROM articles ORDER BY id");
			const objects = (): readonly string[] => Object.keys(station.contents().schema);
			const before = [children(), authors(), objects()];
			expect(station.app("SELECT count(*) FROM comments")).toEqual([[10]]);
			await migrate.migrate(to);
			expect([children(), authors(), objects()]).toEqual(before);
		},
	);

	it("would lose them with foreign keys on, whatever the file says", async () => {
		await using station = await fieldStation();
		await using migrate = await station.migrate(scheme, "&x-foreign-keys=true");
		await migrate.migrate(8);
		expect(station.app("SELECT count(*) FROM comments")).toEqual([[5]]);
		await migrate.migrate(9);
		expect(station.app("SELECT count(*) FROM comments")).toEqual([[0]]);
	});
});

describe("both backends", () => {
	it("end in the same schema, byte for byte, and the same data", async () => {
		const found = [];
		for (const scheme of SCHEMES) {
			await using station = await fieldStation();
			await using migrate = await station.migrate(scheme);
			await migrate.up();
			const words = station.app(
				"CREATE VIRTUAL TABLE temp.words USING fts5vocab(main, articles_fts, instance)",
				"SELECT * FROM temp.words",
			);
			found.push({ contents: readContents(station.path), words });
			expect(words.length).toBeGreaterThan(100);
			expect(Object.keys(found[0]?.contents.schema ?? {}).length).toBeGreaterThan(30);
		}
		expect(found[1]).toEqual(found[0]);
	});

	it.each([
		["sqlite-native", "sqlite-wasm"],
		["sqlite-wasm", "sqlite-native"],
	] as const)("what %s takes up, %s takes down", async (up, down) => {
		await using station = await fieldStation();
		await using first = await station.migrate(up);
		await first.up();
		await first.close();
		await using second = await station.migrate(down);
		expect(await second.down()).toMatchObject({ from: LATEST, to: -1n });
		expect(station.contents()).toEqual(EMPTY);
	});
});
