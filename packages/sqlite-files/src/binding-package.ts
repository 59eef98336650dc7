import { MigrateError } from "@godwit/core";

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
 * @param from `import.meta.url` of the backend, beside which the package is installed. A bundle in CommonJS has none, and webpack
 *   writes that of the machine it ran on, so the package is looked for beside the program too.
 */
export function bindingPackage(name: string, scheme: string, from: string | undefined): BindingPackage {
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

function placesToLook(from: string | undefined): readonly string[] {
	const program = process.argv[1];
	const places = [from?.startsWith("file:") ? from : undefined, program === "" ? undefined : program];
	return places.filter((place) => place !== undefined);
}

function canResolve(require: NodeJS.Require, name: string): boolean {
	try {
		require.resolve(name);
		return true;
	} catch (error) {
		if (error instanceof Error && "code" in error && error.code === "MODULE_NOT_FOUND") return false;
		throw error;
	}
}
