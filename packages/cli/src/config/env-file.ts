import { parseEnv } from "node:util";
import { readText } from "./find-config.ts";

/** Reads a file of environment variables, as Node's own `--env-file` does. @throws CommandError when it cannot be read. */
export function readEnvFile(path: string): Readonly<Record<string, string | undefined>> {
	return parseEnv(readText(path));
}
