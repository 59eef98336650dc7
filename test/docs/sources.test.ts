import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { memoryDatabase, memoryDriver, runLaws, sourceLaws } from "@godwit/conformance";
import {
	Migrate,
	parseMigrationName,
	registerSource,
	type Source,
	type SourceFactory,
	type Version,
} from "@godwit/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

interface MapMigration {
	readonly title: string;
	up?: string;
	down?: string;
}

/** The programs of the page, as files that a reader has made of them. */
const root = resolve(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "godwit-sources-"));
symlinkSync(join(root, "test/node_modules"), join(folder, "node_modules"));
writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
const page = readFileSync(join(root, "docs/sources.md"), "utf8");
for (const [, name = "", program = ""] of page.matchAll(/^```ts\n\/\/ (\S+)\n(.*?)^```$/gms)) {
	writeFileSync(join(folder, name), program);
}
const { source: webSource } = await load<{ readonly source: SourceFactory }>("web-source.ts");
const { mapSource } = await load<{
	readonly mapSource: (migrations: ReadonlyMap<Version, MapMigration>) => Source;
}>("map-source.ts");

async function load<T>(name: string): Promise<T> {
	return (await import(pathToFileURL(join(folder, name)).href)) as T;
}

/** The files of each set, by the name of its folder. */
const sets: Readonly<Record<string, string>>[] = [];
const server = createServer((request, response) => {
	const [, set = "", name = ""] = (request.url ?? "").split("/");
	const files = sets[Number(set)] ?? {};
	const text = name === "index.json" ? JSON.stringify(Object.keys(files)) : files[decodeURIComponent(name)];
	response.statusCode = text === undefined ? 404 : 200;
	response.end(text);
});

beforeAll(() => new Promise<void>((done) => server.listen(0, "127.0.0.1", done)));

afterAll(async () => {
	server.closeAllConnections();
	await new Promise((done) => server.close(done));
	rmSync(folder, { recursive: true, force: true });
});

function served(files: Readonly<Record<string, string>>): string {
	return `migrations+http://127.0.0.1:${(server.address() as AddressInfo).port}/${sets.push(files) - 1}`;
}

const run = { seed: Number(process.env.GODWIT_SEED ?? 1), numRuns: 20 };

runLaws(sourceLaws, {
	describe,
	it,
	run,
	name: "the source of a web server in docs/sources.md",
	create: async () => ({ open: (files) => webSource.open(served(files)), async [Symbol.asyncDispose]() {} }),
});

/** The page's second source has no file names. */
async function mapped(files: Readonly<Record<string, string>>): Promise<Source> {
	const migrations = new Map<Version, MapMigration>();
	for (const [fileName, text] of Object.entries(files)) {
		const verdict = parseMigrationName(fileName);
		if (verdict.kind !== "migration") continue;
		const { version, direction, identifier } = verdict.name;
		const migration = migrations.get(version) ?? { title: identifier };
		migration[direction] = text;
		migrations.set(version, migration);
	}
	return mapSource(migrations);
}

runLaws(sourceLaws, {
	describe,
	it,
	run,
	name: "the source of a map in docs/sources.md",
	create: async () => ({ open: mapped, async [Symbol.asyncDispose]() {} }),
	skip: ["source/refuses-duplicates", "source/refuses-what-it-cannot-read"].map((id) => {
		return { id, reason: "it has no file names" };
	}),
});

describe("docs/sources.md", () => {
	it("has a source that Migrate opens by URL, and that goes up and down", async () => {
		registerSource("migrations+http", webSource);
		const files = {
			"1_a.up.sql": "create a;",
			"1_a.down.sql": "drop a;",
			"2_b.up.sql": "create b;",
			"2_b.down.sql": "drop b;",
		};
		await using migrate = await Migrate.open(served(files), memoryDriver(memoryDatabase()));
		expect(await migrate.up()).toMatchObject({ to: 2n });
		expect(await migrate.down()).toMatchObject({ to: -1n });
	});

	it("has one that says which file the server does not have", async () => {
		await expect(webSource.open(`${served({})}/gone`)).rejects.toMatchObject({
			code: "ERR_SOURCE",
			message: expect.stringMatching(/^cannot read http:.+\/gone\/index\.json: the server answers 404; look at /),
		});
	});
});
