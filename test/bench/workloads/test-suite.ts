import { join } from "node:path";
import { type BenchContext, emptyFolder } from "../bench-context.ts";
import { runPeer } from "../child.ts";
import { writePairs } from "../migration-files.ts";
import type { SuiteOfTests } from "../peers/run-suite.ts";
import type { Contender } from "../sample.ts";
import { onEither } from "../storage.ts";
import { limitTarget } from "../target.ts";
import type { Workload } from "../workload.ts";

const MIGRATIONS = 300;
const BINDINGS = { native: "sqlite-native", "node:sqlite": "sqlite-node" } as const;
const PLACES = { "in memory": "memory", "in a file": "file" } as const;

function testsOf({ quick }: BenchContext): number {
	return quick ? 20 : 200;
}

function contendersOf(
	way: SuiteOfTests["way"],
): readonly (Omit<Contender, "run"> & Pick<SuiteOfTests, "binding" | "place">)[] {
	return Object.entries(PLACES).flatMap(([where, place]) =>
		Object.entries(BINDINGS).map(([name, binding]) => ({
			name: `godwit ${way === "up" ? "up()" : "template"} ${where}, ${name}`,
			binding,
			place,
			once: way === "up",
		})),
	);
}

export const testSuite: Workload = {
	id: "testing",
	title: "A database for each test",
	description: (context) =>
		`A suite of ${testsOf(context)} tests in Vitest, each of which wants a database with ${MIGRATIONS} migrations, counts them and closes it: a copy of a template of @godwit/testing, or an empty database and \`up()\`. The time is that of one test, the median of all but the first; the template is made, or found, before the tests.`,
	runs: 5,
	targets: contendersOf("template").map(({ name }) => limitTarget(name, onEither(5))),
	remarks: ["`up()` is measured once, since it takes minutes."],
	async contenders(context) {
		const source = emptyFolder(context, "test-suite");
		writePairs(source, MIGRATIONS);
		return (["template", "up"] as const).flatMap((way) =>
			contendersOf(way).map(
				({ name, binding, place, once = false }): Contender => ({
					name,
					once,
					run() {
						const suite: SuiteOfTests = {
							...{ modules: context.godwit.modules, binding, way, place, migrations: MIGRATIONS },
							...{ source: `file://${source}`, tests: testsOf(context) },
							folder: way === "template" ? join(context.folder, "templates") : emptyFolder(context, "test-suite-up"),
						};
						return runPeer("run-suite.ts", JSON.stringify(suite));
					},
				}),
			),
		);
	},
};
