type DatabaseClass = typeof import("node:sqlite")["DatabaseSync"];

let loaded: DatabaseClass | undefined;

/** `DatabaseSync` of the runtime's own `node:sqlite`, loaded without Node's warning; `undefined` in a runtime that has none. */
export function nodeDatabaseClass(): DatabaseClass | undefined {
	loaded ??= withoutWarning(() => process.getBuiltinModule("node:sqlite")?.DatabaseSync);
	return loaded;
}

/** Node warns when it loads an experimental module. The user did not ask for it and can do nothing about it. */
function withoutWarning<T>(load: () => T): T {
	const { emitWarning } = process;
	process.emitWarning = () => {};
	try {
		return load();
	} finally {
		process.emitWarning = emitWarning;
	}
}
