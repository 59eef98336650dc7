import { readlinkSync, symlinkSync, unlinkSync } from "node:fs";
import type { BackendName } from "./backends.ts";
import { GATE } from "./gate.ts";
import { changeAccounts, exec, query } from "./place.ts";
import { startRunner } from "./runner.ts";

/** Kills a run in the midst of a migration that has changed most of the table `accounts`. @returns its process. */
export async function killRun(backend: BackendName, path: string, options = ""): Promise<number> {
	await using runner = await startRunner();
	const files = { "1_change.up.sql": changeAccounts() + GATE };
	const ended = runner.run({ backend, path, options, files }).catch(() => {});
	await runner.atGate();
	await runner.kill();
	await ended;
	return runner.pid;
}

/**
 * Makes the left lock one that was taken in a container: of another host and in another pid namespace, or, with a boot,
 * before this machine was started.
 */
export function moveOwner(path: string, { boot }: { readonly boot?: string } = {}): void {
	const moved = (text: string): string =>
		text.replace(/[A-Za-z0-9._-]+~([0-9a-z]+|-)~([0-9a-z]+|-)(~[0-9a-z]+~)/g, (_, ownBoot, __, pid) =>
			["container", boot ?? ownBoot, "elsewhere"].join("~").concat(pid),
		);
	const link = moved(readlinkSync(`${path}.lock`));
	unlinkSync(`${path}.lock`);
	symlinkSync(link, `${path}.lock`);
	const [[owner]] = query(path, "SELECT owner FROM schema_migrations_lock") as [[string]];
	exec(path, `UPDATE schema_migrations_lock SET owner = '${moved(owner)}'`);
}
