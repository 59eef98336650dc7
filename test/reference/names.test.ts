import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { isMigrateError, openSource } from "godwit";
import { afterAll, beforeAll, describe, it } from "vitest";
import { buildReference, type Reference, startReference } from "./reference.ts";

const seed = Number(process.env.GODWIT_SEED ?? 1);
const numRuns = Number(process.env.GODWIT_SEQUENCES ?? 100);

const part = fc.constantFrom(
	"1",
	"0",
	"007",
	"_",
	"_",
	".",
	".",
	"up",
	"up",
	"down",
	"sql",
	"a",
	"~",
	"\n",
	"é",
	"-",
	" ",
	"UP",
	"9223372036854775807",
);

describe(`file names, GODWIT_SEED=${seed}`, () => {
	let folder: string;
	let reference: Reference;
	beforeAll(async () => {
		folder = await mkdtemp(join(tmpdir(), "godwit-names-"));
		reference = await startReference((await buildReference()).reference);
	}, 900_000);
	afterAll(async () => {
		await reference[Symbol.asyncDispose]();
		await rm(folder, { recursive: true });
	});

	/** The version that the name means to golang-migrate, and whether it is an up; nothing for no migration. */
	async function readByGo(source: string): Promise<string> {
		await reference.open(`file://${source}`, `sqlite3://${source}.db`);
		const { outcome, version, schema } = await reference.up();
		await reference.close();
		await rm(`${source}.db`);
		return outcome === "ok" ? `${version} ${schema.length === 1 ? "up" : "down"}` : "nothing";
	}

	async function readByGodwit(source: string): Promise<string> {
		try {
			const opened = await openSource(`file://${source}`);
			const [version] = await opened.versions();
			if (version === undefined) return "nothing";
			return `${version} ${(await opened.readUp(version)) ? "up" : "down"}`;
		} catch (error) {
			if (isMigrateError(error, "ERR_MIGRATION_NAME")) return "reported";
			throw error;
		}
	}

	it("mean the same to both, unless godwit reports them", { timeout: 3_600_000 }, async () => {
		let number = 0;
		const name = fc.oneof(
			fc.array(part, { minLength: 1, maxLength: 9 }).map((parts) => parts.join("")),
			fc.tuple(part, fc.array(part, { maxLength: 4 }), part).map(([a, b, c]) => `${a}_${b.join("")}.up.${c}`),
		);
		const property = fc.asyncProperty(
			name.filter((text) => !/^\.+$/.test(text)),
			async (fileName) => {
				const source = join(folder, String(number++));
				await mkdir(source);
				await writeFile(join(source, fileName), "CREATE TABLE a (x)");
				const meant = await readByGodwit(source);
				if (meant === "reported") return;
				const expected = await readByGo(source);
				if (meant !== expected) throw new Error(`godwit reads ${meant}, golang-migrate ${expected}`);
			},
		);
		await fc.assert(property, { seed, numRuns: 3 * numRuns });
	});
});
