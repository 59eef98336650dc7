import type { Contender, Sample } from "./sample.ts";
import type { Series } from "./statistics.ts";

/**
 * Runs the contenders in turn, A B C A B C, so that a machine that slows down slows all of them.
 *
 * A round that is not counted comes first: it warms the disk, the compile caches and what is built at first use.
 */
export async function runInTurn(
	contenders: readonly Contender[],
	rounds: number,
	log: (line: string) => void,
): Promise<readonly Series[]> {
	const samples = new Map<string, Sample[]>(contenders.map(({ name }) => [name, []]));
	for (let round = 0; round <= rounds; round++) {
		for (const { name, run, once } of contenders) {
			if (once ? round !== 1 : round === 0 && rounds === 1) continue;
			const sample = await run();
			log(`  ${round === 0 ? "warm-up" : `${round}/${rounds}`}  ${name}: ${describe(sample)}`);
			if (round > 0) samples.get(name)?.push(sample);
		}
	}
	return contenders.map(({ name }) => ({ name, samples: samples.get(name) ?? [] }));
}

function describe({ milliseconds, cpuMilliseconds, peakRssMb, note }: Sample): string {
	const parts = [`${milliseconds.toFixed(1)} ms`];
	if (cpuMilliseconds !== undefined) parts.push(`cpu ${cpuMilliseconds.toFixed(0)} ms`);
	if (peakRssMb !== undefined) parts.push(`${peakRssMb.toFixed(0)} MB`);
	if (note !== undefined) parts.push(note);
	return parts.join(", ");
}
