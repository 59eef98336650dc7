import type { DatabaseAccess } from "../connection/database-access.ts";

/**
 * Attached files that a body could not attach, since another process holds them. The next `lock` takes their locks with the
 * others; a `lock` after that knows nothing of them, whether the next one has succeeded or not.
 */
export interface WantedFiles {
	add(file: string): void;
	/** Belongs before each try of `lock`. @param attempt Counts from 0 in each call of `lock`. */
	include(attempt: number): void;
	/** Belongs after a body that has attached what it wanted. */
	clear(): void;
}

export function wantedFiles(access: Pick<DatabaseAccess, "include" | "exclude">): WantedFiles {
	const files = new Set<string>();
	/** Since the last call of `lock`. */
	let added = false;

	function clear(): void {
		for (const file of files) access.exclude(file);
		files.clear();
	}

	return {
		add(file) {
			files.add(file);
			added = true;
		},
		include(attempt) {
			if (attempt === 0 && !added) clear();
			added = false;
			for (const file of files) access.include(file);
		},
		clear,
	};
}
