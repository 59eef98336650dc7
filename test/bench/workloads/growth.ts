import { emptyFolder, newDatabase } from "../bench-context.ts";
import { runPeer } from "../child.ts";
import { writePairs } from "../migration-files.ts";
import type { Contender } from "../sample.ts";
import { growthTarget } from "../target.ts";
import type { Workload } from "../workload.ts";

const SIZES = [100, 1000, 10_000];

/** With the default durability the disk's own rhythm would hide the growth. */
export const growth: Workload = {
	id: "growth",
	title: "Cost of a migration as they grow more",
	description: () =>
		`All migrations up, ${SIZES.join(", ")} of them, as in workload a. SQLite itself takes longer for each when the schema is larger, so godwit's growth is compared with raw better-sqlite3's.`,
	runs: 3,
	targets: [
		growthTarget("godwit native", "raw better-sqlite3", "100", "1000", 1.15),
		growthTarget("godwit native", "raw better-sqlite3", "1000", "10000", 1.15),
	],
	remarks: [],
	async contenders(context) {
		return SIZES.flatMap((count): readonly Contender[] => {
			if (context.quick && count > 1000) return [];
			const folder = emptyFolder(context, `growth-${count}`);
			writePairs(folder, count);
			const file = (name: string): string => newDatabase(context, `growth ${count} ${name}`);
			const { main } = context.godwit;
			return [
				{
					name: `raw better-sqlite3, ${count}`,
					run: () => runPeer("raw-native.ts", "up", "each", folder, file("raw")),
				},
				{
					name: `godwit native, ${count}`,
					run: () => runPeer("godwit.ts", main, "up", "each", `file://${folder}`, `sqlite-native://${file("godwit")}`),
				},
			];
		});
	},
};
