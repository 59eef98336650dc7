import { type Driver, type DriverPrimitives, NIL_VERSION } from "@godwit/core";

export interface AbsentDatabase {
	/** Returns the path of the database while there is none, which the first call that takes the lock makes. */
	readonly missing: () => string | undefined;
	/** Opens an empty database in memory. */
	readonly empty: () => Promise<Driver>;
}

type Reads = Pick<DriverPrimitives, "version" | "history" | "structure" | "lastToken" | "ready" | "rehearsal">;

/** The reads of a driver, which answer for a database that is not there as for an empty one, and do not make it. */
export function withoutMaking(
	reads: Reads,
	{ missing, empty }: AbsentDatabase,
): Reads & Pick<DriverPrimitives, "missingFile"> {
	const { version, history, structure, lastToken, ready, rehearsal } = reads;
	const isAbsent = (): boolean => missing() !== undefined;
	const head = { stamp: undefined, last: undefined };
	const state = { version: NIL_VERSION, dirty: false };
	return {
		missingFile: async () => missing(),
		version: async (options) => (isAbsent() ? { ...state, ...(history && { head }) } : version(options)),
		...(history && {
			history: {
				...history,
				read: async (options) => (isAbsent() ? { ...state, head, events: [] } : history.read(options)),
				texts: async (id) => (isAbsent() ? { up: undefined, down: undefined } : history.texts(id)),
			},
		}),
		...(structure && {
			async structure(options) {
				if (!isAbsent()) return structure(options);
				await using driver = await empty();
				return (await driver.structure?.(options)) ?? [];
			},
		}),
		...(lastToken && { lastToken: async () => (isAbsent() ? undefined : lastToken()) }),
		...(ready && {
			async ready(options) {
				if (!isAbsent()) await ready(options);
			},
		}),
		...(rehearsal && {
			async rehearsal(options) {
				if (!isAbsent()) return rehearsal(options);
				// The copy does not need what it was made of.
				await using driver = await empty();
				return (await driver.rehearsal?.(options)) ?? rehearsal(options);
			},
		}),
	};
}
