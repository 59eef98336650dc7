import { renameSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";

// The bindings are looked for from where the file lies.
const FOLDER = new URL("./node_modules/.cache/", import.meta.url);

const made = new Map<string, Promise<string>>();

/**
 * Makes one file of JavaScript of a program and all that it imports, which starts in a third of the time.
 *
 * A test that starts many threads starts them from such a file. Node strips types with WebAssembly, and where many threads have
 * come and gone with it, V8 aborts the process now and then, as it frees a compiled wrapper that another thread has taken.
 *
 * Every process makes it anew from the sources, once.
 *
 * @param program The path of a module, whose name no other program has.
 * @returns The path of the file.
 */
export function bundledProgram(program: string): Promise<string> {
	const file = made.get(program) ?? bundle(program);
	made.set(program, file);
	return file;
}

async function bundle(program: string): Promise<string> {
	await using build = await rolldown({
		input: program,
		platform: "node",
		external: ["better-sqlite3", "node-sqlite3-wasm"],
	});
	const bundled = fileURLToPath(new URL(`${basename(program, ".ts")}.mjs`, FOLDER));
	// Test files that run at the same time make the same.
	const file = `${bundled}.${process.pid}`;
	await build.write({ file, format: "esm", codeSplitting: false });
	renameSync(file, bundled);
	return bundled;
}
