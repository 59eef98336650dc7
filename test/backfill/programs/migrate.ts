/** Migrates a database up, and tells of its locks and rounds: `migrate.ts FOLDER URL`. */
import { Migrate } from "godwit";
import type { Progress } from "../run-backfill.ts";

const [folder = "", url = ""] = process.argv.slice(2);
const tell = (progress: Progress): void => void process.send?.(progress);
await using migrate = await Migrate.open(`file://${folder}`, url, {
	onEvent(event) {
		if (event.type === "locked") tell({ type: "locked" });
		if (event.type === "round") tell({ type: "round", rows: event.rows, durationMs: event.durationMs });
	},
});
await migrate.up();
process.disconnect();
