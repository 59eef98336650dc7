import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** A registry of the packed packages, so that what the docs tell a user to type can be typed: `npm install godwit`. */
export interface Registry {
	readonly url: string;
	close(): Promise<void>;
}

/**
 * Starts it, as a process of its own, since what installs from it blocks this one.
 *
 * @param folder Has the archives.
 * @param other The registry to which it sends who asks for other packages.
 */
export async function startRegistry(folder: string, other: string): Promise<Registry> {
	const program = join(import.meta.dirname, "registry-server.ts");
	const child = spawn(process.execPath, [program, folder, other], { stdio: ["ignore", "pipe", "inherit"] });
	const closed = once(child, "close");
	const [line] = await Promise.race([
		once(createInterface(child.stdout), "line"),
		closed.then(([code]) => Promise.reject(new Error(`the registry has ended with ${code}`))),
	]);
	return {
		url: String(line),
		async close() {
			child.kill();
			await closed;
		},
	};
}
