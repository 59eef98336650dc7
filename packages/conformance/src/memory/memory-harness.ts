import type { DriverHarness } from "../driver-laws/driver-harness.ts";
import { type MemoryDatabase, memoryDatabase, memoryDriver } from "./memory-driver.ts";

/** Makes a database in memory and what the laws need to look at it; it may claim every capability. */
export async function memoryHarness(): Promise<Required<DriverHarness> & AsyncDisposable> {
	return harnessOf(memoryDatabase());
}

/** Looks at a database in memory. */
export function harnessOf(database: MemoryDatabase): Required<DriverHarness> & AsyncDisposable {
	return {
		open: async () => memoryDriver(database),
		dialect: {
			create: (name) => `create ${name};`,
			drop: (name) => `drop ${name};`,
			failing: "fail;",
			comment: (text) => `-- ${text}`,
			noTransaction: (body) => `-- no-transaction\n${body}`,
			noStore: (body) => `-- no-store\n${body}`,
			reachesBeyond: "attach another;",
			endTransaction: ["commit;"],
			createOnLines: (name) => `create /* a name\nfollows */ ${name};`,
			inlineComment: (text) => `/* ${text} */`,
			unclosed: "/* never closed",
		},
		objects: async () => database.state.objects,
		fingerprint: async () => String(database.writes),
		async stealLock() {
			database.lockOwner = "another owner";
			database.writes++;
		},
		async blockUnlock() {
			database.unlockFailure = new Error("input/output error");
			return async () => {
				database.unlockFailure = undefined;
			};
		},
		spoilVersion: {
			async "the disk fails"() {
				database.readFailure = new Error("input/output error");
			},
		},
		async [Symbol.asyncDispose]() {},
	};
}
