import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { stepsOf, takeStep, titleOf } from "../docs/page.ts";
import type { User } from "./user.ts";

const readme = resolve(import.meta.dirname, "../../README.md");

/** Types the README from its first line on, in an empty folder. */
export function followReadme({ folder, env }: User): void {
	const steps = stepsOf(readFileSync(readme, "utf8"));
	assert.deepEqual(steps.slice(0, 2).map(titleOf), ["npm install godwit", "npx godwit init"]);
	for (const step of steps) takeStep(step, folder, env);
}
