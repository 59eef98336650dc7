import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** The least that a migration tool has to do with a folder: list it, sort it, and read each file when its turn comes. */
export function* migrationBodies(
	folder: string,
	direction: "up" | "down",
): Generator<{ readonly version: number; readonly sql: string }> {
	const names = readdirSync(folder).filter((name) => name.endsWith(`.${direction}.sql`));
	const files = names.map((name) => ({ version: Number.parseInt(name, 10), name }));
	files.sort((a, b) => (direction === "up" ? a.version - b.version : b.version - a.version));
	for (const { version, name } of files) yield { version, sql: readFileSync(join(folder, name), "utf8") };
}
