/**
 * Explores the model to the end, one line for each configuration: `node test/model/run.ts [PREFIX] [--traces]`.
 *
 * PREFIX chooses the configurations whose name begins so. `--traces` prints the shortest way to each violation.
 * Exits with 1 when one is not as expected, or when a step of the model is never reached.
 */
import { parseArgs } from "node:util";
import { ATTACH_RULES, ATTACH_WORLDS, exploreAttached } from "./attach.ts";
import { BUILT } from "./configurations/built.ts";
import type { Configuration } from "./configurations/configuration.ts";
import { MUTANTS, SHORTER_READERS } from "./configurations/mutants.ts";
import { UNSAFE } from "./configurations/unsafe.ts";
import { type Exploration, explore } from "./explore.ts";
import { STEP_NAMES, type StepName } from "./step-name.ts";

const { values, positionals } = parseArgs({
	options: { traces: { type: "boolean", default: false } },
	allowPositionals: true,
});
const [prefix = ""] = positionals;

const reached = new Set<StepName>(["none"]);
let configurations = 0;
let states = 0;
let failures = 0;
for (const configuration of [...BUILT, ...SHORTER_READERS, ...MUTANTS, ...UNSAFE]) {
	if (configuration.name.startsWith(prefix)) show(configuration, explore(configuration, { reached }));
}
if (prefix === "") {
	showAttached();
	for (const step of STEP_NAMES) if (!reached.has(step)) fail(`"${step}" is never reached`);
}
console.log(`${configurations} configurations, ${states} states, ${failures} not as expected`);
process.exitCode = failures === 0 ? 0 : 1;

function show(configuration: Configuration, found: Exploration): void {
	configurations++;
	states += found.states;
	const asExpected = found.complete && (found.violation === undefined) === (configuration.expect === "holds");
	console.log(
		[
			configuration.name.padEnd(90),
			`${found.states.toString().padStart(9)} states`,
			`${found.steps.toString().padStart(9)} steps`,
			`${found.seconds.toFixed(1).padStart(6)} s`,
			` ${found.complete ? (found.violation ?? "holds") : "not visited to the end"}`,
		].join(" "),
	);
	if (values.traces || !asExpected) for (const line of found.trace) console.log(`    ${line}`);
	if (!asExpected) fail(configuration.name);
}

function showAttached(): void {
	for (const world of ATTACH_WORLDS) {
		for (const rule of ATTACH_RULES) {
			const found = exploreAttached(rule, world);
			const result = found.hasWayOut ? (found.someFail ? "somebody fails" : "holds") : "deadlock";
			console.log(
				`attached files ${world.name}, ${rule}`.padEnd(90),
				`${found.states.toString().padStart(9)} states  ${result}`,
			);
			if ((result === "holds") !== (rule === "start over, sorted")) fail(`attached files ${world.name}, ${rule}`);
		}
	}
}

function fail(what: string): void {
	failures++;
	console.log(`NOT AS EXPECTED: ${what}`);
}
