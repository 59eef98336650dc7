import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { installPackages } from "./install-packages.ts";

const root = resolve(import.meta.dirname, "../..");
const folder = realpathSync(mkdtempSync(join(tmpdir(), "godwit-types-")));

interface Published {
	readonly name: string;
	readonly publishConfig: { readonly exports?: Readonly<Record<string, unknown>> };
	readonly exports: Readonly<Record<string, unknown>>;
}

const published: readonly Published[] = readdirSync(join(root, "packages")).map((directory) =>
	JSON.parse(readFileSync(join(root, "packages", directory, "package.json"), "utf8")),
);

/** What can be imported of a package: it has types. */
function entriesOf({ name, exports, publishConfig }: Published): readonly string[] {
	return Object.entries(publishConfig.exports ?? exports)
		.filter(([, target]) => typeof target === "object")
		.map(([path]) => name + path.slice(1));
}

const entries = published.flatMap(entriesOf);

/** Has TypeScript check a file, and everything that it imports. */
function check(name: string, text: string, ...options: readonly string[]): string {
	writeFileSync(join(folder, name), text);
	const tsc = join(root, "node_modules/typescript/bin/tsc");
	const strict = ["--noEmit", "--strict", "--skipLibCheck", "false", "--target", "es2023", "--types", "node"];
	const { stdout, stderr } = spawnSync(process.execPath, [tsc, ...strict, "--module", "nodenext", ...options, name], {
		cwd: folder,
		encoding: "utf8",
	});
	return stdout + stderr;
}

beforeAll(async () => {
	await installPackages(
		folder,
		published.filter((one) => entriesOf(one).length > 0).map(({ name }) => name),
		["@types/node"],
	);
	writeFileSync(join(folder, "package.json"), '{ "private": true, "type": "module" }');
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("the types of what is published", () => {
	it("are there for every entry", () => {
		const some = ["godwit", "godwit/main", "@godwit/core", "@godwit/debug/migration-channel", "@godwit/sqlite-native"];
		expect(entries).toEqual(expect.arrayContaining(some));
		expect(entries.length).toBeGreaterThanOrEqual(12);
	});

	it("need nothing but the packages and @types/node, with skipLibCheck false", () => {
		expect(existsSync(join(folder, "node_modules/@types/better-sqlite3"))).toBe(false);
		const imports = entries.map((entry, number) => `import * as entry${number} from "${entry}";`);
		const used = entries.map((_, number) => `entry${number}`).join(", ");
		expect(check("all.ts", `${imports.join("\n")}\nexport { ${used} };\n`)).toBe("");
		const strictest = ["--exactOptionalPropertyTypes", "--noUncheckedIndexedAccess", "--lib", "es2023"];
		expect(check("all.ts", readFileSync(join(folder, "all.ts"), "utf8"), ...strictest)).toBe("");
	});

	it("take URLs, paths and eager globs, and no arguments where none are taken", () => {
		const text = `
			import { Migrate, memorySource } from "godwit";
			const url = new URL("./migrations", import.meta.url);
			const migrate = await Migrate.open(url, "./app.db");
			await migrate.up();
			const texts: Record<string, string> = {};
			const modules: Record<string, { default: string }> = {};
			const loaders: Record<string, () => Promise<string>> = {};
			export const sources = [texts, modules, loaders].map((files) => memorySource(files));
		`;
		expect(check("right.ts", text)).toBe("");
		const wrong = `${text}
			await migrate.down(1);
			await migrate.up(1);
			await Migrate.open(url, undefined);
			memorySource({ "1_a.up.sql": 1 });
		`;
		const codes = check("wrong.ts", wrong).match(/TS\d+/g);
		expect(codes).toEqual(["TS2559", "TS2554", "TS2345", "TS2322"]);
	});
});
