/**
 * Writes the API pages, docs/api.md and the folder docs/api, from the doc comments of what the packages export:
 * `node tools/api-docs/api-docs.ts [FOLDER]`. With a folder it writes there, in place of docs.
 *
 * typedoc does not run on the TypeScript that builds the packages, so this tool has another one, which only reads them.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { Application, type ProjectReflection } from "typedoc";
import type { PluginOptions } from "typedoc-plugin-markdown";
import { type EntryPoint, entryPointsOf } from "./entry-points.ts";

const root = resolve(import.meta.dirname, "../..");
const packages = join(root, "packages");
const docs = resolve(process.argv[2] ?? join(root, "docs"));
const pages = join(docs, "api");

const INTRODUCTION = `# API

What the packages export, made from their doc comments by \`pnpm docs:api\`. \`godwit\` exports all of \`@godwit/core\` too.
\`godwit/sqlite-node\`, \`godwit/sqlite-native\` and \`godwit/sqlite-wasm\` export what \`@godwit/sqlite-node\` and the others do.

The packages are ES modules. \`require\` loads them in Node 22.12 and newer; TypeScript allows that from 5.8 on, with
\`"module": "nodenext"\`.

| import from | |
| --- | --- |
`;

const options: Partial<PluginOptions> & Record<string, unknown> = {
	plugin: ["typedoc-plugin-markdown"],
	tsconfig: join(import.meta.dirname, "tsconfig.json"),
	// What it says of types is the business of the compiler that builds them.
	skipErrorChecking: true,
	logLevel: "Warn",
	excludeInternal: true,
	excludePrivate: true,
	excludeReferences: true,
	// The pages change with the doc comments alone, and not with the line that one is on.
	disableSources: true,
	readme: "none",
	router: "module",
	hideBreadcrumbs: true,
	hidePageHeader: true,
	useCodeBlocks: true,
	parametersFormat: "table",
	interfacePropertiesFormat: "table",
	typeAliasPropertiesFormat: "table",
	out: pages,
};

/** What typedoc calls the module of a source: its path from where all of them are, without `index`. */
function moduleOf(source: string): string {
	return relative(packages, source)
		.replaceAll("\\", "/")
		.replace(/(?:\/index)?\.ts$/, "");
}

/** Reads the packages. Each module is then called as its page. */
async function read(entryPoints: readonly EntryPoint[]): Promise<{ app: Application; project: ProjectReflection }> {
	const app = await Application.bootstrapWithPlugins({
		...options,
		entryPoints: entryPoints.map(({ source }) => source),
	});
	const project = await app.convert();
	if (project === undefined || app.logger.hasErrors()) throw new Error("typedoc could not read the packages");
	for (const module of project.children ?? []) {
		const found = entryPoints.find(({ source }) => moduleOf(source) === module.name);
		if (found === undefined) throw new Error(`typedoc has a module that is no entry point: ${module.name}`);
		module.name = found.page;
	}
	return { app, project };
}

const entryPoints = entryPointsOf(packages);
const { app, project } = await read(entryPoints);
rmSync(pages, { recursive: true, force: true });
mkdirSync(pages, { recursive: true });
await app.generateOutputs(project);
const rows = entryPoints.map(({ page, specifier, description }) => {
	const path = join(pages, `${page}.md`);
	const [, ...text] = readFileSync(path, "utf8").split("\n");
	writeFileSync(path, [`# \`${specifier}\``, ...text].join("\n"));
	return `| [\`${specifier}\`](api/${page}.md) | ${description} |\n`;
});
// The plugin's own index, of all modules.
rmSync(join(pages, "README.md"));
writeFileSync(join(docs, "api.md"), INTRODUCTION + rows.join(""));
