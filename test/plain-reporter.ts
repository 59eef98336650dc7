import type { Reporter, TestModule } from "vitest/node";
import { missingServer } from "../packages/postgres/test/fixtures/postgres-server.ts";

/**
 * Ends a run with `N passed, N failed` alone on a line, for whoever reads the log of a build. The line before says when the
 * tests on a PostgreSQL server were left out.
 */
export default class PlainReporter implements Reporter {
	onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
		let passed = 0;
		let failed = unhandledErrors.length;
		for (const module of modules) {
			if (module.state() === "failed" && module.errors().length > 0) failed++;
			for (const test of module.children.allTests()) {
				const { state } = test.result();
				if (state === "passed") passed++;
				else if (state === "failed") failed++;
			}
		}
		const missing = missingServer();
		if (missing !== undefined) console.log(`not run: packages/postgres/test/server, since ${missing}`);
		console.log(`${passed} passed, ${failed} failed`);
	}
}
