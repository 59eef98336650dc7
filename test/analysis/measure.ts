/**
 * Measures what plan and check find, and prints it: `pnpm analysis [--seed N] [--sequences N] [--sets N] [--backend NAME] [--verbose]`.
 *
 * - Effects: generated statements run on a database with rows, with foreign keys off and on, and all tables are compared.
 * - Rules: generated sets of migrations with faults, and with what is near to a fault and right.
 * - The migrations of examples/knowledge-base, where an error is a false alarm.
 *
 * Exits with 1 when an effect or a fault is missed, or a rule gives a false alarm.
 */
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { check, openSource } from "godwit";
import { backends } from "../sqlite/backends.ts";
import { EffectRates } from "./measure-effects.ts";
import { measureRules } from "./measure-rules.ts";

const { values } = parseArgs({
	options: {
		seed: { type: "string", default: process.env.GODWIT_SEED ?? "1" },
		sequences: { type: "string", default: "80" },
		sets: { type: "string", default: "30" },
		/** Prints what was named and not so, too. */
		verbose: { type: "boolean", default: false },
		backend: { type: "string", default: "sqlite-native" },
	},
});
const seed = Number(values.seed);
const backend = backends.find(({ name }) => name === values.backend);
if (backend === undefined) throw new Error(`the backends are ${backends.map(({ name }) => name).join(", ")}`);

const effects = new EffectRates();
await effects.measure(backend, seed, Number(values.sequences));
console.log(`${backend.name}, seed ${seed}`);
console.log(`effects: ${effects.statements} statements of ${effects.kinds.size} kinds`);
console.log(
	"| | true cases | found | missed | also named | of those never so |\n| --- | ---: | ---: | ---: | ---: | ---: |",
);
for (const { question, truths, found, also, seen } of effects.rates) {
	const never = [...also].filter(([key]) => !seen.has(key));
	const [all, neverSo] = [sum(also), sum(never)];
	console.log(`| ${question} | ${truths} | ${found} | ${truths - found} | ${all} | ${neverSo} |`);
	if (!values.verbose) continue;
	for (const [key, times] of also) console.log(`    ${seen.has(key) ? "not each time" : "never so"}: ${key} ${times}`);
}
const missed = effects.rates.flatMap((rate) => [...rate.missed].map((what) => `${rate.question}: ${what}`));

const rules = await measureRules(backend, seed, Number(values.sets));
console.log(`\nrules: ${values.sets} sets with ${rules.changes} changes`);
console.log("| rule | faults | found | false alarms |\n| --- | ---: | ---: | ---: |");
for (const [rule, { faults, found, falseAlarms }] of rules.rates) {
	console.log(`| \`${rule}\` | ${faults} | ${found} | ${falseAlarms} |`);
}

const folder = fileURLToPath(new URL("../../examples/knowledge-base/migrations", import.meta.url));
await using driver = await backend.factory.open(`${backend.name}://:memory:`);
const source = await openSource(`file://${folder}`);
const { versions, findings } = await check(source, driver);
console.log(`\nexamples/knowledge-base: ${versions.length} migrations, ${findings.length} findings`);
for (const { location, line, level, rule, message } of findings) {
	console.log(`  ${location}:${line ?? 1} ${level} ${rule}: ${message}`);
}
const alarms = findings.filter(({ level }) => level === "error").map(({ rule }) => `knowledge-base: ${rule}`);
for (const fault of [...missed, ...new Set(rules.faults), ...alarms]) console.log(`FAULT ${fault}`);
process.exitCode = missed.length + rules.faults.length + alarms.length === 0 ? 0 : 1;

function sum(counts: Iterable<readonly [string, number]>): number {
	return [...counts].reduce((total, [, count]) => total + count, 0);
}
