/** Rehearses all pending migrations and tells how long it took and how much memory the process had: `rehearse.ts FOLDER URL`. */
import { Migrate } from "godwit";
import { peakRssMb } from "../../bench/process-usage.ts";
import type { RehearsalFigures } from "../run-rehearsal.ts";

const [folder = "", url = ""] = process.argv.slice(2);
await using migrate = await Migrate.open(`file://${folder}`, url);
const { clean, findings, migrations, down, rows, copyMs, durationMs } = await migrate.rehearse();
const took = [...migrations, ...(down?.migrations ?? [])].map((migration) => migration.durationMs ?? 0);
const figures: RehearsalFigures = {
	clean,
	findings: findings.map(({ rule, message }) => `${rule}: ${message}`),
	rowsAreBack: down?.rowsAreBack === true,
	lost: (rows?.tables ?? []).map(({ name, lost }) => ({ name, lost })).filter(({ lost }) => lost > 0),
	compared: (rows?.tables ?? []).reduce((sum, { before }) => sum + before, 0),
	copyMs,
	migrationsMs: took.reduce((sum, ms) => sum + ms, 0),
	durationMs,
	peakRssMb: peakRssMb("self"),
};
process.send?.(figures);
process.disconnect();
