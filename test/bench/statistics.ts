import type { Sample } from "./sample.ts";

/** All runs of one contender, in the order of the rounds. */
export interface Series {
	readonly name: string;
	readonly samples: readonly Sample[];
}

export function median(values: readonly number[]): number {
	const sorted = [...values].sort((a, b) => a - b);
	const middle = Math.floor(sorted.length / 2);
	const upper = sorted[middle] ?? Number.NaN;
	return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}

export function times({ samples }: Series): readonly number[] {
	return samples.map(({ milliseconds }) => milliseconds);
}

/** How far the runs lie apart: (slowest - fastest) / median. */
export function spread(values: readonly number[]): number {
	return (Math.max(...values) - Math.min(...values)) / median(values);
}

/** The highest peak of all runs. */
export function peakRss({ samples }: Series): number | undefined {
	const peaks = samples.map(({ peakRssMb }) => peakRssMb).filter((peak) => peak !== undefined);
	return peaks.length === 0 ? undefined : Math.max(...peaks);
}

/** Divides number by number; both were measured in the same rounds. */
export function divide(numerators: readonly number[], denominators: readonly number[]): readonly number[] {
	return numerators.map((numerator, round) => numerator / (denominators[round] ?? Number.NaN));
}
