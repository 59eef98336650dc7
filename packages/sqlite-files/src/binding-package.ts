import { isAbsolute } from "node:path";
import { isError, MigrateError } from "@godwit/core";

/** The npm package of a binding, which is found when it is needed, and which no bundler takes in. */
export interface BindingPackage {
	isInstalled(): boolean;
	/** @throws MigrateError `ERR_PACKAGE_NOT_FOUND`. */
	assertInstalled(): void;
	/** Loads it, the first time. @throws MigrateError `ERR_PACKAGE_NOT_FOUND`; what the package throws. */
	load(): unknown;
}

/**
 * Describes the package of a binding.
 *
 * @param scheme For messages, `sqlite-native`.
 * @param from Where the backend is, beside which the package is installed: `import.meta.url ?? __filename`, since in a bundle in
 *   CommonJS the first is undefined. What webpack writes for it is a file of the machine on which it ran, so the package is looked
 *   for beside the program too.
 */
export function bindingPackage(name: string, scheme: string, from: string): BindingPackage {
	let loaded: { readonly module: unknown } | undefined;

	function find(): NodeJS.Require | undefined {
		return placesToLook(from)
			.map((place) => process.getBuiltinModule("node:module").createRequire(place))
			.find((require) => canResolve(require, name));
	}

	function found(): NodeJS.Require {
		const require = find();
		if (require !== undefined) return require;
		const message = `${scheme}:// needs the package ${name}, which is not installed beside godwit; npm install ${name} (a bundle does not contain it: install it where the bundle runs), or write sqlite-node://, which needs none`;
		throw new MigrateError("ERR_PACKAGE_NOT_FOUND", message, { package: name, places: placesToLook(from) });
	}

	return {
		isInstalled: () => find() !== undefined,
		assertInstalled: () => void found(),
		load() {
			loaded ??= { module: found()(name) };
			return loaded.module;
		},
	};
}

/** A single executable is told its own path as it was typed, which is no place to load code from. */
function placesToLook(from: string): readonly string[] {
	const [, program = ""] = process.argv;
	const places = [from, program].filter((place) => place.startsWith("file:") || isAbsolute(place));
	return [...new Set(places)];
}

function canResolve(require: NodeJS.Require, name: string): boolean {
	try {
		require.resolve(name);
		return true;
	} catch (error) {
		if (isError(error) && "code" in error && error.code === "MODULE_NOT_FOUND") return false;
		throw error;
	}
}
