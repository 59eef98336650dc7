import type { Driver } from "../../src/driver/driver.ts";
import type { VersionState } from "../../src/driver/version-state.ts";
import { NIL_VERSION } from "../../src/version.ts";

export interface RecordingDriver extends Driver {
	/** The calls made so far, but not `version`. */
	readonly calls: string[];
	state: VersionState;
}

/** A driver over a variable that notes what is asked of it; a body that says `fail` fails. */
export function recordingDriver(overrides: Partial<Driver> = {}): RecordingDriver {
	const calls: string[] = [];
	const driver: RecordingDriver = {
		calls,
		state: { version: NIL_VERSION, dirty: false },
		async lock() {
			calls.push("lock");
		},
		async unlock() {
			calls.push("unlock");
		},
		async run(body) {
			const text = await body.text();
			calls.push(`run ${text}`);
			if (text.includes("fail")) throw new Error("no such table: usr");
		},
		async setVersion({ version, dirty }) {
			calls.push(`setVersion ${version} ${dirty}`);
			driver.state = { version, dirty };
		},
		version: async () => driver.state,
		async drop() {
			calls.push("drop");
		},
		async close() {
			calls.push("close");
		},
		[Symbol.asyncDispose]: () => driver.close(),
		...overrides,
	};
	return driver;
}
