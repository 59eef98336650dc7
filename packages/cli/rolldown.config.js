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
		// Each file takes most of a millisecond to find: what the commands on a native database need is one.
		codeSplitting: {
			groups: [
				{
					name: "database",
					test: /packages\/(core|debug|sql|sqlite|sqlite-files|sqlite-native|cli)\/src\/(?!main|new-files|plugins|completion|config\/(?!find-config)|.*(usage|suggestion|clear-locks|protection|describe-error|excerpt)\.ts)/,
				},
			],
		},
	},
});

// biome-ignore lint/style/noDefaultExport: rolldown reads the default export.
export default config;
