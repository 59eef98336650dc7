import { defineConfig } from "vitest/config";
import { missingChromium } from "./packages/cli/test/rehearsal-page/find-chromium.ts";
import { missingServer } from "./packages/postgres/test/fixtures/postgres-server.ts";

const THRESHOLDS = { lines: 90, branches: 90 };
/** The tests on a real server need one from npm, which not every platform has; the reporter says when they are left out. */
const hasServer = missingServer() === undefined;
/** The page of a rehearsal is looked at in a browser, which not every machine has; the reporter says when it is left out. */
const hasChromium = missingChromium() === undefined;
const shared = { testTimeout: 120_000, hookTimeout: 600_000 };

/** The tests of these projects start the command. */
const withCommand = { ...shared, globalSetup: ["packages/cli/test/fixtures/bundle-command.ts"] };

export default defineConfig({
	test: {
		projects: [
			{
				test: {
					...withCommand,
					name: "unit",
					include: ["packages/*/test/**/*.test.ts", "test/**/*.test.ts", "examples/*/test/**/*.test.ts"],
					exclude: [
						"test/reference/**",
						"test/torture/**",
						"test/runtimes/**",
						"test/cluster/**",
						"**/node_modules/**",
						...(hasChromium ? [] : ["packages/cli/test/rehearsal-page/**"]),
						...(hasServer ? [] : ["**/test/server/**"]),
					],
				},
			},
			{ test: { ...withCommand, name: "reference", include: ["test/reference/**/*.test.ts"] } },
			{ test: { ...withCommand, name: "cluster", include: ["test/cluster/**/*.test.ts"] } },
			{ test: { ...withCommand, name: "torture", include: ["test/torture/**/*.test.ts"], maxConcurrency: 2 } },
			{
				test: {
					...shared,
					testTimeout: 600_000,
					name: "runtimes",
					include: ["test/runtimes/*.test.ts"],
					globalSetup: ["test/runtimes/prepare.ts"],
				},
			},
		],
		// Vitest leaves one core idle, and half of the tests wait for a process that they have started.
		maxWorkers: "100%",
		reporters: ["default", "./test/plain-reporter.ts"],
		coverage: {
			provider: "v8",
			include: ["packages/*/src/**/*.ts"],
			reporter: ["text"],
			// The command runs as a process of its own in its tests, where nothing counts its lines.
			thresholds: {
				"packages/core/src/**": THRESHOLDS,
				"packages/source-file/src/**": THRESHOLDS,
				"packages/sql/src/**": THRESHOLDS,
				"packages/sqlite/src/**": THRESHOLDS,
				"packages/sqlite-analysis/src/**": THRESHOLDS,
				"packages/sqlite-files/src/**": THRESHOLDS,
				"packages/sqlite-native/src/**": THRESHOLDS,
				"packages/sqlite-wasm/src/**": THRESHOLDS,
				"packages/sqlite-node/src/**": THRESHOLDS,
				...(hasServer && { "packages/postgres/src/**": THRESHOLDS }),
				"packages/testing/src/**": THRESHOLDS,
			},
		},
	},
});
