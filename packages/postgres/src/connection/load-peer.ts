import { createRequire } from "node:module";
import { join } from "node:path";
import { MigrateError } from "@godwit/core";

/**
 * Loads a package that godwit does not bring: that of the project in the working directory, else one that is installed beside
 * godwit.
 *
 * @param needs What needs it, for the message.
 * @throws MigrateError `ERR_RUNTIME` when it is not installed.
 */
export function loadPeer(name: string, needs: string): unknown {
	for (const from of [join(process.cwd(), "package.json"), import.meta.url]) {
		const require = createRequire(from);
		let path: string;
		try {
			path = require.resolve(name);
		} catch {
			// Not there; what is there and cannot be loaded is an error.
			continue;
		}
		return require(path);
	}
	const message = `${needs} needs the package ${name}, which is not installed; run: npm install ${name}`;
	throw new MigrateError("ERR_RUNTIME", message, { required: name, found: "none" });
}
