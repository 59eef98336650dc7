import { open, rm } from "node:fs/promises";
import { join } from "node:path";

/**
 * Keeps every other `create` in the folder off a version while `work` makes its files: two names of one version would
 * not be in each other's way.
 *
 * The reservation is a hidden file, which no source reads. That of a `create` that was killed stays, and its version is
 * not given again.
 *
 * @returns The file of somebody else's reservation, or what `work` resolves to.
 */
export async function withReservedVersion<T>(
	folder: string,
	version: bigint,
	work: () => Promise<T>,
): Promise<{ readonly reservedBy: string } | { readonly result: T }> {
	const file = join(folder, `.${version}.reserved-by-create`);
	try {
		await (await open(file, "wx")).close();
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === "EEXIST") return { reservedBy: file };
		throw error;
	}
	try {
		return { result: await work() };
	} finally {
		await rm(file);
	}
}
