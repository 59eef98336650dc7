import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** What cannot be made as asked. Its message is for the user. */
export class CreateError extends Error {
	override readonly name = "CreateError";
}

/** The name of the driver that the template is of, wherever it is in it. */
const TEMPLATE_NAME = /skeleton/g;

/** Those of godwit's own drivers. The command looks in no package for them. */
const TAKEN: readonly string[] = [
	"sqlite",
	"sqlite3",
	"sqlite-native",
	"sqlite-node",
	"sqlite-wasm",
	"ncruces-sqlite3",
	"postgres",
	"postgresql",
	"pgx5",
	"pglite",
];

/** What is called otherwise in the template: npm leaves a .gitignore out, and takes a second package.json for a mistake. */
const NAMES: Readonly<Record<string, string>> = { "dot-gitignore": ".gitignore", "manifest.json": "package.json" };

const template = fileURLToPath(new URL("../template/", import.meta.url));

/**
 * Makes the package `godwit-driver-NAME` in a folder of this name. It keeps the laws of drivers as it is made.
 *
 * @param name The scheme of the driver's URLs: lower-case letters, digits, "." and "-".
 * @param parent An absolute path.
 * @returns The absolute path of the new folder.
 * @throws CreateError for a name that cannot be a scheme and a package, or is the scheme of a driver of godwit's own or of paths, and for a folder that is there. Nothing was written then.
 */
export function createDriver(name: string, parent: string): string {
	if (!/^[a-z][a-z0-9.-]*$/.test(name)) {
		throw new CreateError(
			`"${name}" cannot be the scheme of a URL and part of a package's name: lower-case letters, digits, "." and "-", the first a letter`,
		);
	}
	if (TAKEN.includes(name)) {
		throw new CreateError(`godwit has a driver for ${name}:// itself and loads no other; choose another name`);
	}
	if (name === "file") {
		throw new CreateError("file: is the scheme of paths, and of a source of migrations; choose another name");
	}
	const folder = join(parent, `godwit-driver-${name}`);
	if (existsSync(folder)) throw new CreateError(`${folder} is there already; choose another name, or remove it`);
	for (const file of readdirSync(template, { recursive: true, withFileTypes: true }).filter((entry) =>
		entry.isFile(),
	)) {
		const source = join(file.parentPath, file.name);
		const target = join(
			folder,
			source.slice(template.length).replace(/[^/\\]+$/, (name) => NAMES[name] ?? name),
		);
		mkdirSync(dirname(target), { recursive: true });
		writeFileSync(target, readFileSync(source, "utf8").replaceAll(TEMPLATE_NAME, name));
	}
	return folder;
}
