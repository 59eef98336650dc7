import { defineConfig } from "rolldown";
import { lateChunk } from "./bundle/late-chunk.ts";
import { ownNamespaces } from "./bundle/own-namespaces.ts";
import { WORK_MODULE } from "./bundle/work-modules.ts";

/** Bundles the published command, bin/godwit.cjs; tools/bundle-library makes the library. */
const config = defineConfig({
	input: { command: "src/main.ts" },
	platform: "node",
	// Node 22.18, the oldest that is supported, does not know "using" yet.
	transform: { target: "node22.18" },
	// The entry is no file of its own, which would only pass on what another one exports.
	preserveEntrySignatures: "allow-extension",
	plugins: [lateChunk("work"), lateChunk("rounds"), ownNamespaces()],
	// The engines, and debug, are loaded by require(), from the dependencies of this package.
	output: {
		dir: "dist",
		format: "cjs",
		entryFileNames: "[name].cjs",
		chunkFileNames: "command-[name].cjs",
		// A start reads half as much. Who wants names in a stack runs node with --enable-source-maps.
		minify: true,
		minifyInternalExports: false,
		sourcemap: true,
		// The sources of the other packages, from where this one is installed beside them.
		sourcemapPathTransform: (path) => path.replace(/^\.\.\/\.\.\/(?=[a-z-]+\/src\/)/, "../../@godwit/"),
		// V8 keeps a source that has one character above U+00FF in two bytes for each.
		charset: "ascii",
		// Each file takes most of a millisecond to find, and each kilobyte is read at every start. So the commands without what they do are
		// one file, what reads the version of a SQLite file is a second one, what runs something on it is a third one, and what only some
		// commands need is in files of their own. A group takes what its modules import with it, except by import(), unless it says not to.
		codeSplitting: {
			groups: [
				{ name: "start", test: /cli\/src\/(main|commands\/[a-z]+|database\/schemes\/builtins)\.ts$/, priority: 4 },
				{
					name: "usage",
					test: /cli\/src\/(command-line\/usage|plugins\/(plugin-kind|plugin-packages|project-packages))\.ts$/,
					priority: 3,
				},
				// Few files are carried out in rounds.
				{
					name: "rounds",
					test: /(sql|sqlite\/src\/bodies)\/(src\/)?rounds\//,
					priority: 5,
					includeDependenciesRecursively: false,
				},
				{ name: "work", test: WORK_MODULE, priority: 5, includeDependenciesRecursively: false },
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
