import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { rolldown } from "rolldown";
import { expect, it } from "vitest";
import { lateChunk } from "../bundle/late-chunk.ts";
import { folderOf } from "./fixtures/godwit.ts";

it("loads a chunk when something of it is first used, and then takes it as it was imported", async () => {
	const folder = await folderOf({
		"main.mjs": `
			import { Late, later, count } from "./late.mjs";
			export const shared = "shared";
			console.log("main");
			setImmediate(() => {
				const named = { later, count };
				console.log(new Late("text").text, later(), \`\${named.count}\`, new Late(1) instanceof Late);
			});
		`,
		"late.mjs": `
			import { shared } from "./main.mjs";
			console.log("late");
			export class Late { constructor(text) { this.text = text; } }
			export function later() { return shared; }
			export const count = 7;
		`,
	});
	await using build = await rolldown({
		input: { main: join(folder, "main.mjs") },
		platform: "node",
		preserveEntrySignatures: "allow-extension",
		plugins: [lateChunk("late")],
		logLevel: "silent",
	});
	await build.write({
		dir: join(folder, "dist"),
		format: "cjs",
		entryFileNames: "[name].cjs",
		chunkFileNames: "[name].cjs",
		minify: true,
		minifyInternalExports: false,
		codeSplitting: { groups: [{ name: "late", test: /late\.mjs$/, includeDependenciesRecursively: false }] },
	});
	const printed = execFileSync(process.execPath, [join(folder, "dist/main.cjs")], { encoding: "utf8" });
	expect(printed).toBe("main\nlate\ntext shared 7 true\n");
});
