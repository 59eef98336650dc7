import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { bundleLibrary } from "../../tools/bundle-library/bundle-library.ts";

const root = resolve(import.meta.dirname, "../..");

interface Manifest {
	readonly name: string;
	readonly dependencies?: Readonly<Record<string, string>>;
	readonly peerDependencies?: Readonly<Record<string, string>>;
	readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
	readonly publishConfig?: Readonly<Record<string, unknown>>;
	readonly scripts?: { readonly build?: string };
}

/**
 * Puts packages of this repository into a folder, as npm would install what is published of them: what `publishConfig` says instead,
 * compiled code in place of sources, and no other package than those that they need.
 *
 * @param folder Gets a `node_modules`.
 * @param names Our packages, `godwit`, `@godwit/core`; those that they need come with them.
 * @param others Packages that the project has beside them, from those of this repository's tests.
 */
export async function installPackages(
	folder: string,
	names: readonly string[],
	others: readonly string[] = [],
): Promise<void> {
	const places = placesOfOurs();
	const links = new Map(others.map((name) => [name, installed(name)]));
	const ours = new Map<string, string>();
	const wanted = new Set(names);
	// A set is iterated to its end, also what is added meanwhile.
	for (const name of wanted) {
		const from = places.get(name);
		if (from === undefined) throw new Error(`${name} is no package of this repository`);
		ours.set(name, from);
		for (const needed of neededBy(manifestOf(from))) {
			if (places.has(needed)) wanted.add(needed);
			else links.set(needed, join(from, "node_modules", needed));
		}
	}
	compile([...ours.values()]);
	for (const [name, from] of ours) await installOne(from, join(folder, "node_modules", name));
	for (const [name, from] of links) link(from, join(folder, "node_modules", name));
}

/** The folders of all our packages, by name. */
function placesOfOurs(): ReadonlyMap<string, string> {
	const folders = readdirSync(join(root, "packages")).map((directory) => join(root, "packages", directory));
	return new Map(folders.map((place) => [manifestOf(place).name, place]));
}

function neededBy({
	dependencies = {},
	peerDependencies = {},
	peerDependenciesMeta = {},
}: Manifest): readonly string[] {
	const peers = Object.keys(peerDependencies).filter((name) => peerDependenciesMeta[name]?.optional !== true);
	return [...Object.keys(dependencies), ...peers];
}

function installed(name: string): string {
	const places = [join(root, "test/node_modules", name), join(root, "node_modules", name)];
	const place = places.find((path) => existsSync(path));
	if (place === undefined) throw new Error(`${name} is not installed: no ${places.join(" and no ")}`);
	return place;
}

/** Does next to nothing when it is done. */
function compile(packages: readonly string[]): void {
	execFileSync(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-b", ...packages], { cwd: root });
}

async function installOne(from: string, to: string): Promise<void> {
	const { publishConfig, ...manifest } = manifestOf(from);
	mkdirSync(to, { recursive: true });
	writeFileSync(join(to, "package.json"), JSON.stringify({ ...manifest, ...publishConfig }));
	cpSync(join(from, "dist"), join(to, "dist"), { recursive: true });
	if (manifest.scripts?.build?.includes("bundle-library.ts")) await bundleLibrary(from, join(to, "dist"));
}

function manifestOf(folder: string): Manifest {
	return JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;
}

function link(from: string, to: string): void {
	mkdirSync(dirname(to), { recursive: true });
	symlinkSync(from, to);
}
