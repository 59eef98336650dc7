import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "../..");

interface Manifest {
	readonly name: string;
	readonly dependencies?: Readonly<Record<string, string>>;
	readonly publishConfig?: Readonly<Record<string, unknown>>;
}

/**
 * Puts packages of this repository into a folder, as npm would install what is published of them: what `publishConfig` says instead,
 * compiled code in place of sources, and no other package than those that they depend on.
 *
 * @param folder Gets a `node_modules`.
 * @param names Our packages, `godwit`, `@godwit/core`; those that they need come with them.
 * @param others Packages that the project has beside them, from those of the tests.
 */
export function installPackages(folder: string, names: readonly string[], others: readonly string[] = []): void {
	compile();
	const ours = new Map(
		readdirSync(join(root, "packages")).map((directory) => [
			manifestOf(join(root, "packages", directory)).name,
			directory,
		]),
	);
	const links = new Map(others.map((name) => [name, join(root, "test/node_modules", name)]));
	const wanted = new Set(names);
	// A set is iterated to its end, also what is added meanwhile.
	for (const name of wanted) {
		const directory = ours.get(name);
		if (directory === undefined) throw new Error(`${name} is no package of this repository`);
		const from = join(root, "packages", directory);
		const { dependencies = {} } = installOne(from, join(folder, "node_modules", name));
		for (const dependency of Object.keys(dependencies)) {
			if (ours.has(dependency)) wanted.add(dependency);
			else links.set(dependency, join(from, "node_modules", dependency));
		}
	}
	for (const [name, from] of links) link(from, join(folder, "node_modules", name));
}

/** Does next to nothing when it is done. */
function compile(): void {
	execFileSync(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-b", "packages/cli"], { cwd: root });
}

function installOne(from: string, to: string): Manifest {
	const { publishConfig, ...manifest } = manifestOf(from);
	mkdirSync(to, { recursive: true });
	writeFileSync(join(to, "package.json"), JSON.stringify({ ...manifest, ...publishConfig }));
	cpSync(join(from, "dist"), join(to, "dist"), { recursive: true });
	return manifest;
}

function manifestOf(folder: string): Manifest {
	return JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;
}

function link(from: string, to: string): void {
	mkdirSync(dirname(to), { recursive: true });
	symlinkSync(from, to);
}
