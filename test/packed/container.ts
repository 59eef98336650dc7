import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { User } from "./user.ts";

const dockerfile = readFileSync(resolve(import.meta.dirname, "../../Dockerfile"), "utf8");

/** Runs the commands by which the Dockerfile installs godwit, in the place of an image. */
export function installGlobally({ run }: User): void {
	const [, version = ""] = /^ARG VERSION=(\S+)$/m.exec(dockerfile) ?? [];
	const installs = [...dockerfile.matchAll(/^RUN (npm install .+)$/gm)].map(([, line = ""]) => line);
	assert.equal(installs.length, 1);
	for (const line of installs) run("sh", "-c", `VERSION=${version}; ${line}`);
	const [, program = ""] = /^ENTRYPOINT \["(.+)"\]$/m.exec(dockerfile) ?? [];
	assert.match(run(program, "-version"), /^\d+\.\d+\.\d+/);
}
