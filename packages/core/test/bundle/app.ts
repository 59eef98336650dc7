import { type Driver, Migrate, memorySource, NIL_VERSION, type VersionState, withBackoff } from "@godwit/core";

/** A database in two variables, whose lock is granted at the second attempt. */
function variables(ran: string[]): Driver {
	let state: VersionState = { version: NIL_VERSION, dirty: false };
	let attempts = 0;
	const driver: Driver = {
		async lock({ timeoutMs = 60_000, signal } = {}) {
			await withBackoff(() => (attempts++ === 0 ? undefined : true), { timeoutMs, signal });
		},
		async unlock() {},
		async run(body) {
			ran.push(await body.text());
		},
		async setVersion({ version, dirty }) {
			state = { version, dirty };
		},
		version: async () => state,
		async drop() {},
		async close() {},
		[Symbol.asyncDispose]: () => driver.close(),
	};
	return driver;
}

async function migrateInMemory(): Promise<string> {
	const ran: string[] = [];
	const source = memorySource({ "1_a.up.sql": "first ", "2_b.up.sql": "zweite Größe" });
	const { signal } = new AbortController();
	const migrate = new Migrate({ source, driver: variables(ran), signal });
	const { from, to } = await migrate.up();
	await migrate.close();
	return `${from} to ${to}: ${ran.join("")}`;
}

migrateInMemory().then(console.log, (error: unknown) => console.log("failed:", error));
