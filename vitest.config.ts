import { defineConfig } from "vitest/config";

export default defineConfig({
	test: {
		include: ["packages/*/test/**/*.test.ts", "test/**/*.test.ts", "examples/*/test/**/*.test.ts"],
		reporters: ["default", "./test/plain-reporter.ts"],
		testTimeout: 60_000,
		hookTimeout: 60_000,
		coverage: {
			provider: "v8",
			include: ["packages/*/src/**/*.ts"],
			reporter: ["text"],
		},
	},
});
