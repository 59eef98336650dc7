import type { Configuration } from "./configurations/configuration.ts";
import type { World } from "./world.ts";

const LINKS = ["-", "folder", "native", "wasm"];
const LOCKS = "-SRPX";

/** The disk and the locks in one line of a trace. */
export function showWorld(world: World, { processes }: Configuration): string {
	const owners: string[] = [];
	for (let owner = 0; world.members >> owner > 0; owner++) {
		if ((world.members & (1 << owner)) !== 0) owners.push(`${owner >> 1}${(owner & 1) === 1 ? "'" : ""}`);
	}
	const locks = processes.map((_, index) => {
		const state = world.processes[index];
		return `${LOCKS[state?.lock ?? 0]}${state?.readLock ? "s" : ""}`;
	});
	return [
		`pages ${world.page0},${world.page1}`,
		`journal ${world.journal === 0 ? "-" : world.journal - 1}`,
		`link ${LINKS[world.link]}${owners.length > 0 ? `(${owners})` : ""}`,
		`claim ${world.claim === 0 ? "-" : (world.claim - 1) >> 1}`,
		`locks ${locks.join(" ")}`,
		`commit ${world.commit}`,
		`row ${world.row === 0 ? "free" : (world.row - 1) >> 1}`,
		`version ${world.version}`,
	].join("  ");
}
