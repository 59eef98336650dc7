/**
 * Imports a module of the project. What it logs meanwhile is for a person, and standard output is for the data of the command.
 *
 * @param url A `file:` URL.
 */
export async function importQuietly(url: string): Promise<Readonly<Record<string, unknown>>> {
	const { log, info, debug, error } = console;
	Object.assign(console, { log: error, info: error, debug: error });
	try {
		return await import(url);
	} finally {
		Object.assign(console, { log, info, debug });
	}
}
