import { describe, expect, it } from "vitest";
import { fieldStation, type Station } from "./knowledge-base.ts";

async function at(version: number): Promise<Station> {
	const station = await fieldStation();
	await using migrate = await station.migrate("sqlite-native");
	await migrate.migrate(version);
	return station;
}

function search(station: Station, words: string): readonly unknown[] {
	return station.app(`SELECT rowid FROM articles_fts WHERE articles_fts MATCH '${words}' ORDER BY rowid`);
}

describe("the application's schema", () => {
	it("lets an old copy of the app write through the view of migration 3", async () => {
		await using station = await at(7);
		station.app("INSERT INTO knowledge_base (slug, title, author) VALUES ('tides', 'Tide tables', 'Pilar Ruiz')");
		await using migrate = await station.migrate("sqlite-wasm");
		await migrate.up();
		expect(station.app("SELECT title, author FROM live_articles WHERE slug = 'tides'")).toEqual([
			["Tide tables", "Pilar Ruiz"],
		]);
	});

	it("keeps what an article said before an edit, and finds what it says now", async () => {
		await using station = await at(18);
		expect([search(station, "haze"), search(station, "drizzle")]).toEqual([[[4]], []]);
		station.app(
			"UPDATE articles SET body = 'Drizzle is worse.', updated_at = '2025-01-01 12:00:00' WHERE id = 4",
			"UPDATE articles SET body = body, title = title WHERE id = 4",
			"UPDATE articles SET status = 'archived' WHERE id = 4",
		);
		expect([search(station, "haze"), search(station, "drizzle")]).toEqual([[], [[4]]]);
		expect(station.app("SELECT number, title, saved_at FROM revisions WHERE article_id = 4")).toEqual([
			[1, "Tuning the telescope", "2025-01-01 12:00:00"],
		]);
		station.app("INSERT INTO articles_fts (articles_fts, rank) VALUES ('integrity-check', 1)");
	});

	it("puts a deleted article into the bin, and a really deleted one takes its comments along", async () => {
		await using station = await at(18);
		station.app("DELETE FROM live_articles WHERE slug = 'ringing-a-godwit'");
		expect(station.app("SELECT count(*) FROM live_articles")).toEqual([[4]]);
		expect(station.app("SELECT count(*) FROM comments")).toEqual([[5]]);
		station.app("DELETE FROM articles WHERE deleted_at IS NOT NULL");
		expect(station.app("SELECT count(*) FROM comments")).toEqual([[3]]);
		expect(search(station, "grip")).toEqual([]);
	});

	it.each([
		["a slug with capitals", "INSERT INTO articles (slug, title) VALUES ('Tides', 'Tides')"],
		["an unknown status", "UPDATE articles SET status = 'lost' WHERE id = 1"],
		["a title that differs in case alone", "INSERT INTO articles (slug, title) VALUES ('x', 'READING LEG FLAGS')"],
		["metadata that is not JSON", "UPDATE articles SET metadata = '{' WHERE id = 1"],
		["an e-mail address twice", "INSERT INTO authors (name, email) VALUES ('x', 'ngaio@station.EXAMPLE')"],
		["two roots of one name", "INSERT INTO categories (name) VALUES ('Stories')"],
		["a comment on no article", "INSERT INTO comments (article_id, body) VALUES (99, 'Hello')"],
	])("refuses %s", async (_, sql) => {
		await using station = await at(18);
		expect(() => station.app(sql)).toThrow(/constraint failed|malformed JSON/);
	});

	it("derives what the old texts implied", async () => {
		await using station = await at(18);
		expect(station.app("SELECT slug, author, category, tags, season, words, comments FROM live_articles")).toEqual([
			["counting-at-high-tide", "Ngaio Tāwhai", "Field work / Counting", "counting, roost", "summer", 27, 1],
			["reading-leg-flags", "Jonas Sørensen", "Field work / Ringing", "optics, ringing", null, 19, 1],
			["ringing-a-godwit", "Ngaio Tāwhai", "Field work / Ringing", "ringing, safety", null, 23, 2],
			["tuning-the-telescope", "María Peña", "Equipment", "optics", null, 23, 0],
			["eleven-days-aloft", "Jonas Sørensen", "Stories", "migration", "autumn", 18, 0],
		]);
		expect(station.app("SELECT * FROM wanted_articles ORDER BY slug")).toEqual([
			["first-aid", 1],
			["satellite-tags", 1],
		]);
	});
});
