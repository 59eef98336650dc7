import { type Analysis, isMigrateError, type MigrationBody } from "@godwit/core";
import type { Connected } from "../connection/session.ts";
import { type ReadBody, readBody } from "../statements/read-body.ts";
import { readSchema } from "../structure/read-schema.ts";
import { tablesToCompare } from "./compared-tables.ts";
import { fileEffects, type WatchedTable } from "./file-effects.ts";

/**
 * As `Driver.analyse`, as far as a rehearsal and a check need it: the places of statements, which may take rows away, and what files
 * allow.
 */
export async function analyseBodies(connected: Connected, bodies: readonly MigrationBody[]): Promise<Analysis> {
	const read: ReadBody[] = [];
	for (const body of bodies) {
		const found = await readable(body);
		if (found === undefined) break;
		read.push(found);
	}
	return { files: fileEffects(read, await watchedTables(connected)), gaps: [] };
}

/** What cannot be read fails when it runs, and says why. */
async function readable(body: MigrationBody): Promise<ReadBody | undefined> {
	try {
		return await readBody(body);
	} catch (error) {
		if (isMigrateError(error, "ERR_INVALID_BODY")) return undefined;
		throw error;
	}
}

async function watchedTables(connected: Connected): Promise<readonly WatchedTable[]> {
	const { tables } = await tablesToCompare(connected);
	const { tables: referring } = await readSchema(connected);
	const parents = new Map(
		referring.map(({ name, foreignKeys }) => [
			name,
			foreignKeys.filter(({ onDelete }) => onDelete === "CASCADE").map(({ parent }) => parent),
		]),
	);
	const bareNames = new Map(tables.map(({ name, bareName }) => [name, bareName]));
	return tables.map(({ name, bareName }) => ({
		...{ name, bareName },
		parents: [...above(name, parents)].map((parent) => bareNames.get(parent) ?? parent),
	}));
}

/** All that a table refers to, in any number of steps. */
function above(table: string, parents: ReadonlyMap<string, readonly string[]>): ReadonlySet<string> {
	const found = new Set<string>();
	const follow = (name: string): void => {
		for (const parent of parents.get(name) ?? []) {
			if (found.has(parent)) continue;
			found.add(parent);
			follow(parent);
		}
	};
	follow(table);
	return found;
}
