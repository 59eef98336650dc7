import { renameSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";

// The bindings are looked for from where the file lies.
const FILE = fileURLToPath(new URL("../node_modules/.cache/migrate-child.mjs", import.meta.url));

let made: Promise<string> | undefined;

/** The path of `migrate-child.ts` as one file of JavaScript, which starts in half the time. */
export function bundledChild(): Promise<string> {
	made ??= bundle();
	return made;
}

async function bundle(): Promise<string> {
	await using build = await rolldown({
		input: fileURLToPath(new URL("./migrate-child.ts", import.meta.url)),
		platform: "node",
		external: ["better-sqlite3", "node-sqlite3-wasm"],
	});
	// Test files that run at the same time make the same.
	const file = `${FILE}.${process.pid}`;
	await build.write({ file, format: "esm", codeSplitting: false });
	renameSync(file, FILE);
	return FILE;
}
