import { defineConfig } from "rolldown";

/** Loads debug, and what it needs to know about the terminal, only when the environment asks for it. */
const debugWhenAsked = {
	name: "debug-when-asked",
	async resolveId(id, importer) {
		if (id !== "debug") return undefined;
		const { id: path } = await this.resolve(id, importer, { skipSelf: true });
		return `${path}?when-asked`;
	},
	load(id) {
		const [path, when] = id.split("?");
		if (when === undefined) return undefined;
		return `export default (name) => process.env.DEBUG ? require(${JSON.stringify(path)})(name) : () => {};`;
	},
};

/** Bundles the published command, bin/godwit.cjs; the library in dist/ stays one file for each module. */
const config = defineConfig({
	input: { command: "src/main.ts" },
	platform: "node",
	plugins: [debugWhenAsked],
	// The engines are loaded by require(), from the dependencies of this package.
	output: {
		dir: "dist",
		format: "cjs",
		entryFileNames: "[name].cjs",
		chunkFileNames: "command-[name].cjs",
		sourcemap: true,
		// Each file takes most of a millisecond to find: what the commands on a native database need is one.
		codeSplitting: {
			groups: [
				{
					name: "database",
					test: /packages\/(core|sqlite|sqlite-files|sqlite-native|cli)\/src\/(?!create|describe-error|excerpt|unlock|main)/,
				},
			],
		},
	},
});

// biome-ignore lint/style/noDefaultExport: rolldown reads the default export.
export default config;
