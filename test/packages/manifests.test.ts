import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";

const packages = resolve(import.meta.dirname, "../../packages");
const REPOSITORY = "https://github.com/godwit/godwit";

/** What the manifest of every package says, beside its own name, description and keywords. */
function expected(folder: string): object {
	return {
		version: expect.stringMatching(/^\d+\.\d+\.\d+/),
		description: expect.stringMatching(/^.{20,120}$/),
		keywords: expect.arrayContaining(["godwit"]),
		type: "module",
		license: "MIT",
		author: "The godwit authors",
		homepage: `${REPOSITORY}/tree/main/packages/${folder}#readme`,
		repository: { type: "git", url: `git+${REPOSITORY}.git`, directory: `packages/${folder}` },
		bugs: `${REPOSITORY}/issues`,
		publishConfig: expect.objectContaining({ access: "public", provenance: true }),
		files: expect.arrayContaining(["dist", "src"]),
		engines: { node: ">=22.18" },
	};
}

/** The entry points in the workspace, which are sources, as they are once they are built. */
function built(exports: object): object {
	const text = JSON.stringify(exports)
		.replaceAll(/"types":"\.\/src\/([^"]+)\.ts"/g, '"types":"./dist/$1.d.ts"')
		.replaceAll(/"default":"\.\/src\/([^"]+)\.ts"/g, '"default":"./dist/$1.js"');
	return JSON.parse(text);
}

describe.each(readdirSync(packages))("packages/%s", (folder) => {
	const manifest = JSON.parse(readFileSync(join(packages, folder, "package.json"), "utf8"));
	const { name, exports, publishConfig } = manifest;
	const isImported = Object.keys(exports).some((path) => path !== "./package.json");

	it("says on npm what it is, whose it is and where it comes from", () => {
		expect(manifest).toMatchObject(expected(folder));
		expect(manifest.keywords.length).toBeGreaterThanOrEqual(4);
	});

	it("is published with the entry points that it has in the workspace", () => {
		expect(publishConfig.exports ?? exports).toEqual(built(exports));
	});

	it("tells bundlers which of its modules do something when they are loaded, when there are any to import", () => {
		const { sideEffects } = manifest;
		expect(sideEffects === false || Array.isArray(sideEffects)).toBe(isImported);
	});

	it("has a README with an install line, an example and a link to the docs", () => {
		expect(existsSync(join(packages, folder, "README.md")), "README.md").toBe(true);
		const readme = readFileSync(join(packages, folder, "README.md"), "utf8");
		expect(readme).toMatch(new RegExp(`^# ${name}\n`));
		const install = name.startsWith("create-") ? `npm create ${name.slice("create-".length)}` : "npm install ";
		expect(readme).toMatch(new RegExp(`^${install}`, "m"));
		expect(readme).toContain(name.startsWith("create-") ? "" : name);
		expect(readme).toContain(`${REPOSITORY}/blob/main/docs/`);
	});

	it("has examples in its README that show code, and no path that npm's page cannot follow", () => {
		const readme = readFileSync(join(packages, folder, "README.md"), "utf8");
		expect(readme).toMatch(/^```(?:ts|js|sh|console)$/m);
		const relative = [...readme.matchAll(/\]\((?!https:|#)([^)]+)\)/g)].map(([, link]) => link);
		expect(relative).toEqual([]);
	});
});
