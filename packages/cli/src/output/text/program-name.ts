import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

/**
 * Returns what to type for the command in a shell: `godwit` where the shell finds that, else `npx godwit`. npm and its like put the
 * programs of a project before the others for what they run, and the shell does not.
 */
export function programName({ env, platform }: Pick<NodeJS.Process, "env" | "platform"> = process): string {
	const file = platform === "win32" ? "godwit.cmd" : "godwit";
	const folders = (env.PATH ?? "").split(delimiter).filter((folder) => folder !== "");
	const found = env.npm_config_user_agent === undefined && folders.some((folder) => existsSync(join(folder, file)));
	return found ? "godwit" : "npx godwit";
}
