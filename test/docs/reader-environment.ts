import { delimiter, dirname, resolve } from "node:path";

const root = resolve(import.meta.dirname, "../..");
const withoutLibraries = new URL("../../packages/cli/test/fixtures/without-libraries.ts", import.meta.url);

/** The environment of somebody who has godwit and all of its backends installed, and no variable that it reads. */
export function readerEnvironment(): NodeJS.ProcessEnv {
	const { DATABASE_URL, GODWIT_DATABASE, DEBUG, NODE_OPTIONS, ...env } = process.env;
	const bins = [dirname(process.execPath), resolve(root, "test/node_modules/.bin"), resolve(root, "node_modules/.bin")];
	return { ...env, PATH: [...bins, env.PATH].join(delimiter), NODE_NO_WARNINGS: "1" };
}

/** The same after `npm install godwit` alone. The workspace has the database libraries too, so Node is told that it has not. */
export function environmentWithGodwitAlone(): NodeJS.ProcessEnv {
	return { ...readerEnvironment(), NODE_OPTIONS: `--import=${withoutLibraries}` };
}
