import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { delimiter, dirname, join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "../..");

/** npm and what it installs are no programs on Windows, but scripts of its shell. */
const shell = process.platform === "win32";

/** Somebody with Node, npm and an empty folder. */
export interface User {
	readonly folder: string;
	readonly env: NodeJS.ProcessEnv;
	/** Runs a program in the folder, and returns what it prints. @throws When it fails. */
	run(program: string, ...args: readonly string[]): string;
	/** Runs a program that may fail, with variables of its own. */
	try(
		program: string,
		args: readonly string[],
		env?: NodeJS.ProcessEnv,
	): { readonly status: number | null; readonly stderr: string };
}

/** Makes the folder. Programs that npm installs in it are found by their names, and those of this workspace are not. */
export function newUser(folder: string, registry: string): User {
	mkdirSync(folder);
	// On Windows the variable is spelt Path, and only process.env reads it by any spelling.
	const { DATABASE_URL, GODWIT_DATABASE, DEBUG, NODE_OPTIONS, PATH, Path, ...inherited } = process.env;
	const elsewhere = (process.env.PATH ?? "").split(delimiter).filter((path) => !resolve(path).startsWith(root));
	const env = {
		...inherited,
		PATH: [join(folder, "node_modules/.bin"), dirname(process.execPath), ...elsewhere].join(delimiter),
		NODE_NO_WARNINGS: "1",
		npm_config_registry: registry,
		// The same address may have been another registry's, a run ago.
		npm_config_prefer_online: "true",
		npm_config_audit: "false",
		npm_config_fund: "false",
		npm_config_loglevel: "error",
	};
	return {
		folder,
		env,
		run: (program, ...args) =>
			execFileSync(program, args, { cwd: folder, env, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"], shell }),
		try: (program, args, more = {}) =>
			spawnSync(program, args, { cwd: folder, env: { ...env, ...more }, encoding: "utf8", shell }),
	};
}
