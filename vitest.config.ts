import { defineConfig } from "vitest/config";

const shared = { testTimeout: 120_000, hookTimeout: 600_000 };

export default defineConfig({
	test: {
		projects: [
			{
				test: {
					...shared,
					name: "unit",
					include: ["packages/*/test/**/*.test.ts", "test/**/*.test.ts", "examples/*/test/**/*.test.ts"],
					exclude: ["test/reference/**", "test/torture/**", "**/node_modules/**"],
				},
			},
			{ test: { ...shared, name: "reference", include: ["test/reference/**/*.test.ts"] } },
			{ test: { ...shared, name: "torture", include: ["test/torture/**/*.test.ts"] } },
		],
		reporters: ["default", "./test/plain-reporter.ts"],
		coverage: {
			provider: "v8",
			include: ["packages/*/src/**/*.ts"],
			reporter: ["text"],
		},
	},
});
