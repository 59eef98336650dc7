import { readdirSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";

/** What can be imported, and has exports of its own. */
export interface EntryPoint {
	/** `@godwit/debug/migration-channel` */
	readonly specifier: string;
	/** The description of its package. */
	readonly description: string;
	/** The name of its page, without `.md`: `debug-migration-channel`. */
	readonly page: string;
	/** The absolute path of its source. */
	readonly source: string;
}

/** Those of godwit that pass on the exports of another package. */
const PASSED_ON = /^godwit\/sqlite-/;

/**
 * The entry points of all packages, the command's last: what several export is documented where it is first, which is the package
 * that it belongs to.
 */
export function entryPointsOf(packages: string): readonly EntryPoint[] {
	const folders = readdirSync(packages).filter((folder) => folder !== "cli");
	return ["core", ...folders.filter((folder) => folder !== "core"), "cli"].flatMap((folder) => {
		const text = readFileSync(join(packages, folder, "package.json"), "utf8");
		const { name, description, exports } = JSON.parse(text);
		return Object.entries<{ readonly default?: string }>(exports).flatMap(([path, { default: source }]) => {
			const specifier = posix.join(name, path);
			if (source === undefined || PASSED_ON.test(specifier)) return [];
			const page = specifier.replace("@godwit/", "").replaceAll("/", "-");
			return [{ specifier, description, page, source: join(packages, folder, source) }];
		});
	});
}
