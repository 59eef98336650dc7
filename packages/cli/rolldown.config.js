import { defineConfig } from "rolldown";

/** Bundles the published command, bin/godwit.cjs; the library in dist/ stays one file for each module. */
const config = defineConfig({
	input: { command: "src/main.ts" },
	platform: "node",
	// Node 22.18, the oldest that is supported, does not know "using" yet.
	transform: { target: "node22.18" },
	// The engines, and debug, are loaded by require(), from the dependencies of this package.
	output: {
		dir: "dist",
		format: "cjs",
		entryFileNames: "[name].cjs",
		chunkFileNames: "command-[name].cjs",
		// A start reads half as much. Who wants names in a stack runs node with --enable-source-maps.
		minify: true,
		sourcemap: true,
		// Each file takes most of a millisecond to find, and each kilobyte is read at every start. So the commands without what they do are
		// one file, what a run on a SQLite file needs is a second one, and what only some commands need is in files of their own.
		// A group takes what its modules import with it, except by import().
		codeSplitting: {
			groups: [
				{ name: "start", test: /cli\/src\/(main|commands\/[a-z]+)\.ts$/, priority: 2 },
				{
					name: "run",
					test: /cli\/src\/database\/run-on-database\.ts$|(sqlite-native|sqlite-node|source-file)\/src\/index\.ts$/,
					priority: 1,
				},
			],
		},
	},
});

// biome-ignore lint/style/noDefaultExport: rolldown reads the default export.
export default config;
