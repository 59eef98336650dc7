import { currentLoad } from "./machine.ts";
import type { Contender, Sample } from "./sample.ts";
import type { Series } from "./statistics.ts";

/** What {@link runInTurn} found. */
export interface Rounds {
	/** In the order of the contenders. */
	readonly series: readonly Series[];
	/** The load when each round began, that of the round that is not counted first. */
	readonly loads: readonly number[];
}

/**
 * Runs the contenders in turn, A B C, C B A, A B C, so that a machine that slows down slows all of them, and none always
 * comes after the same other one.
 *
 * A round that is not counted comes first: it warms the disk, the compile caches and what is built at first use.
 */
export async function runInTurn(
	contenders: readonly Contender[],
	rounds: number,
	log: (line: string) => void,
): Promise<Rounds> {
	const samples = new Map<string, Sample[]>(contenders.map(({ name }) => [name, []]));
	const loads: number[] = [];
	for (let round = 0; round <= rounds; round++) {
		const load = currentLoad();
		loads.push(load);
		const label = round === 0 ? "warm-up" : `${round}/${rounds}`;
		log(`  ${label}, load ${load.toFixed(1)}`);
		for (const { name, run, once } of round % 2 === 0 ? contenders : contenders.toReversed()) {
			if (once ? round !== 1 : round === 0 && rounds === 1) continue;
			const sample = await run();
			log(`  ${label}  ${name}: ${describe(sample)}`);
			if (round > 0) samples.get(name)?.push(sample);
		}
	}
	return { series: contenders.map(({ name }) => ({ name, samples: samples.get(name) ?? [] })), loads };
}

function describe({ milliseconds, cpuMilliseconds, peakRssMb, note }: Sample): string {
	const parts = [`${milliseconds.toFixed(1)} ms`];
	if (cpuMilliseconds !== undefined) parts.push(`cpu ${cpuMilliseconds.toFixed(0)} ms`);
	if (peakRssMb !== undefined) parts.push(`${peakRssMb.toFixed(0)} MB`);
	if (note !== undefined) parts.push(note);
	return parts.join(", ");
}
