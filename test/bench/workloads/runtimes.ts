import { installRuntimes } from "../../runtimes/install-runtimes.ts";
import { BUN, DENO, type Runtime } from "../../runtimes/runtimes.ts";
import { type BenchContext, emptyFolder, newDatabase } from "../bench-context.ts";
import { runCommand, runPeerIn } from "../child.ts";
import { writePairs } from "../migration-files.ts";
import type { Contender } from "../sample.ts";
import { onEither } from "../storage.ts";
import { timeTarget } from "../target.ts";
import type { Workload } from "../workload.ts";

/** The Node that runs the benchmarks, and two others. */
const RUNTIMES: readonly Pick<Runtime, "name" | "program" | "flags">[] = [
	{ name: "Node", program: process.execPath, flags: ["--no-warnings"] },
	BUN,
	DENO,
];

const LIBRARIES = [
	{ name: "better-sqlite3", scheme: "sqlite-native", raw: "raw-native.ts" },
	{ name: "node:sqlite", scheme: "sqlite-node", raw: "raw-node.ts" },
] as const;

export const smallMigrationsInRuntimes: Workload = {
	id: "k",
	title: "Small migrations in each runtime",
	description: (context) =>
		`${countOf(context)} migrations of one statement each, all up, on a new database file with SQLite's default durability, as in (a), in Node, Bun and Deno.`,
	runs: 9,
	targets: [],
	remarks: [
		"Raw is the loop of (a) over the binding itself, in the same runtime. Each library is a SQLite of its own version, see docs/runtimes.md.",
		"Deno runs with --allow-all.",
	],
	async contenders(context) {
		installRuntimes();
		const folder = emptyFolder(context, "runtimes");
		writePairs(folder, countOf(context));
		return RUNTIMES.flatMap((runtime) =>
			LIBRARIES.flatMap(({ name, scheme, raw }): readonly Contender[] => {
				const godwit = `godwit ${name}, ${runtime.name}`;
				const byHand = `raw ${name}, ${runtime.name}`;
				return [
					{
						name: byHand,
						run: () => runPeerIn(runtime, raw, "up", "each", folder, newDatabase(context, byHand)),
					},
					{
						name: godwit,
						run: () => {
							const database = `${scheme}://${newDatabase(context, godwit)}`;
							return runPeerIn(runtime, "godwit.ts", context.godwit.main, "up", "each", `file://${folder}`, database);
						},
					},
				];
			}),
		);
	},
};

function countOf({ quick }: BenchContext): number {
	return quick ? 100 : 1000;
}

const MIGRATIONS_OF_AN_APP = 20;

export const runtimeStart: Workload = {
	id: "k-start",
	title: "The command on node:sqlite",
	description: () =>
		`\`up\` with nothing to do and \`version\` on node:sqlite, with ${MIGRATIONS_OF_AN_APP} migrations and no configuration, from the start of the command to its end, against Node.js that does nothing.`,
	runs: 31,
	targets: [timeTarget("godwit up, node:sqlite", "node -e 0", onEither(1.4))],
	remarks: [],
	async contenders(context) {
		const folder = emptyFolder(context, "runtime-start");
		writePairs(folder, MIGRATIONS_OF_AN_APP);
		const database = `sqlite-node://${newDatabase(context, "runtime start")}`;
		const node = (...args: readonly string[]) => runCommand(process.execPath, args, { watchMemory: true });
		const godwit = (name: string) => () => node(context.godwit.bin, "-path", folder, "-database", database, name);
		await godwit("up")();
		return [
			{ name: "node -e 0", run: () => node("-e", "0") },
			{ name: "godwit up, node:sqlite", run: godwit("up") },
			{ name: "godwit version, node:sqlite", run: godwit("version") },
		];
	},
};
