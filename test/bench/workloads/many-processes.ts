import { emptyFolder, newDatabase } from "../bench-context.ts";
import { runCommand } from "../child.ts";
import { writeAnnotated, writePairs } from "../migration-files.ts";
import type { Contender } from "../sample.ts";
import type { Workload } from "../workload.ts";

const PROCESSES = 16;
const MIGRATIONS = 50;

export const manyProcesses: Workload = {
	id: "g",
	title: `${PROCESSES} processes that start at once`,
	description: () =>
		`${PROCESSES} commands \`up\` started together on one new database with ${MIGRATIONS} migrations, until the last has ended.`,
	runs: 5,
	targets: [],
	remarks: [
		"golang-migrate's SQLite drivers and goose lock nothing across processes: what the note counts are commands that failed.",
	],
	async contenders(context) {
		const pairs = emptyFolder(context, "many");
		writePairs(pairs, MIGRATIONS);
		const annotated = emptyFolder(context, "many-goose");
		writeAnnotated(annotated, MIGRATIONS, { up: "-- +goose Up", down: "-- +goose Down" });
		const godwit = (scheme: string) => (file: string) => [
			process.execPath,
			context.godwit.bin,
			...["-path", pairs, "-database", `${scheme}://${file}`, "up"],
		];
		const commands = new Map<string, (file: string) => readonly string[]>([
			["godwit native", godwit("sqlite-native")],
			["godwit wasm", godwit("sqlite-wasm")],
			["migrate, sqlite3", (file) => [context.migrate, "-path", pairs, "-database", `sqlite3://${file}`, "up"]],
			["goose", (file) => [context.goose, "-dir", annotated, "sqlite3", file, "up"]],
		]);
		return [...commands].map(
			([name, command]): Contender => ({
				name,
				async run() {
					const [program = "", ...args] = command(newDatabase(context, `many ${name}`));
					const began = performance.now();
					const ends = await Promise.all(
						Array.from({ length: PROCESSES }, () => runCommand(program, args, { mayFail: true, watchMemory: true })),
					);
					const milliseconds = performance.now() - began;
					const failed = ends.filter(({ exitCode }) => exitCode !== 0).length;
					const peaks = ends.map(({ peakRssMb }) => peakRssMb ?? 0);
					return {
						milliseconds,
						peakRssMb: Math.max(...peaks),
						...(failed > 0 && { note: `${failed} of ${PROCESSES} failed` }),
					};
				},
			}),
		);
	},
};
