import fs from "node:fs";
import { basename, dirname, join } from "node:path";

/** The files that a library has open through `fs`, by descriptor. */
export interface OpenFiles {
	add(descriptor: number, path: string): void;
	/** @returns The path of the file that was closed; `undefined` for a descriptor that is not the library's. */
	remove(descriptor: number): string | undefined;
	pathOf(descriptor: number): string | undefined;
	/** Returns whether a file is open, by its real path. */
	has(path: string): boolean;
	readonly size: number;
	/** Descriptors with the real paths of their files. */
	entries(): Iterable<readonly [number, string]>;
	/**
	 * The path with all links in its folder's path resolved, as they were when the first file of the folder was opened: a database and
	 * its journal stay together. They are resolved anew once none of its files is open. The library itself does not follow links.
	 */
	realName(path: string): string;
}

export function openFiles(): OpenFiles {
	const paths = new Map<number, string>();
	const realFolders = new Map<string, string>();

	function realName(path: string): string {
		const folder = dirname(path);
		const real = realFolders.get(folder) ?? fs.realpathSync(folder);
		realFolders.set(folder, real);
		return join(real, basename(path));
	}

	function forgetUnused(real: string): void {
		for (const open of paths.values()) if (dirname(open) === real) return;
		for (const [folder, known] of realFolders) if (known === real) realFolders.delete(folder);
	}

	return {
		add: (descriptor, path) => void paths.set(descriptor, realName(path)),
		remove(descriptor) {
			const path = paths.get(descriptor);
			paths.delete(descriptor);
			if (path !== undefined) forgetUnused(dirname(path));
			return path;
		},
		pathOf: (descriptor) => paths.get(descriptor),
		has(path) {
			for (const open of paths.values()) if (open === path) return true;
			return false;
		},
		get size() {
			return paths.size;
		},
		entries: () => paths,
		realName,
	};
}
