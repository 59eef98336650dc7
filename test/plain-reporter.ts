import type { Reporter, TestModule } from "vitest/node";
import { missingChromium } from "../packages/cli/test/rehearsal-page/find-chromium.ts";
import { missingServer } from "../packages/postgres/test/fixtures/postgres-server.ts";

/**
 * Ends a run with `N passed, N failed` alone on a line, for whoever reads the log of a build. The line before says when the
 * tests on a PostgreSQL server or in a browser were left out.
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
		if (missing !== undefined) console.log(`not run: the tests in test/server, since ${missing}`);
		const unseen = missingChromium();
		if (unseen !== undefined) console.log(`not run: packages/cli/test/rehearsal-page, since ${unseen}`);
		console.log(`${passed} passed, ${failed} failed`);
	}
}
