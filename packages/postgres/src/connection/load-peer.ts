import { createRequire } from "node:module";
import { join } from "node:path";
import { isError, MigrateError } from "@godwit/core";

/** A package that godwit does not bring. */
export interface Peer {
	readonly name: string;
	/** The scheme that needs it, for messages. */
	readonly scheme: string;
	/** The oldest version that is known to do. */
	readonly oldest: string;
	/** Whether what was loaded has what is used of it. */
	isNewEnough(loaded: unknown): boolean;
}

/**
 * Loads a package: that of the project in the working directory, else one that is installed beside godwit.
 *
 * @throws MigrateError `ERR_PACKAGE_NOT_FOUND`; `ERR_RUNTIME` when it is too old.
 */
export function loadPeer({ name, scheme, oldest, isNewEnough }: Peer): unknown {
	const places = [join(process.cwd(), "package.json"), import.meta.url];
	for (const from of places) {
		const require = createRequire(from);
		const path = pathOf(name, require);
		if (path === undefined) continue;
		const loaded: unknown = require(path);
		if (isNewEnough(loaded)) return loaded;
		const message = `${scheme}:// needs ${name} ${oldest} or newer, and ${path} is older; npm install ${name}@^${oldest}`;
		throw new MigrateError("ERR_RUNTIME", message, { required: `${name} ${oldest}`, found: path });
	}
	const message = `${scheme}:// needs the package ${name}, which is not installed in this project or beside godwit; npm install ${name}`;
	throw new MigrateError("ERR_PACKAGE_NOT_FOUND", message, { package: name, places });
}

/** Returns undefined where the package is not installed. */
function pathOf(name: string, require: NodeJS.Require): string | undefined {
	try {
		return require.resolve(name);
	} catch (error) {
		if (isError(error) && "code" in error && error.code === "MODULE_NOT_FOUND") return undefined;
		throw error;
	}
}
