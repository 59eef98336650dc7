import { median, peakRss, type Ratio, ratio, type Series, times } from "./statistics.ts";

/** A number that the project wants to reach. */
export interface Target {
	readonly promise: string;
	readonly limit: number;
	readonly unit: "times" | "MB";
	/** `undefined` when a contender it needs did not run. */
	measure(find: (contender: string) => Series | undefined): Ratio | undefined;
}

/** What a target came to. */
export interface Verdict {
	readonly promise: string;
	readonly limit: number;
	readonly unit: "times" | "MB";
	/** Decides: the ratio of the medians, or megabytes. Null when a contender did not run. */
	readonly measured: number | null;
	readonly ofPairs: number | null;
	readonly met: boolean;
}

/** The time of one contender against that of another. */
export function timeTarget(contender: string, against: string, limit: number): Target {
	return {
		promise: `${contender} against ${against}`,
		limit,
		unit: "times",
		measure(find) {
			const [ours, theirs] = [find(contender), find(against)];
			return ours && theirs && ratio(times(ours), times(theirs));
		},
	};
}

/** The time of a contender, without that of `start`, against that of another. */
export function timeBeyondStartTarget(contender: string, start: string, against: string, limit: number): Target {
	return {
		promise: `${contender}, less ${start}, against ${against}`,
		limit,
		unit: "times",
		measure(find) {
			const [ours, base, theirs] = [find(contender), find(start), find(against)];
			if (!ours || !base || !theirs) return undefined;
			const starts = times(base);
			const beyond = times(ours).map((time, round) => time - (starts[round] ?? Number.NaN));
			const ofMedians = (median(times(ours)) - median(starts)) / median(times(theirs));
			return { ofMedians, ofPairs: ratio(beyond, times(theirs)).ofPairs };
		},
	};
}

/** How much more a contender grows from one size to another than a second one does. */
export function growthTarget(contender: string, against: string, from: string, to: string, limit: number): Target {
	return {
		promise: `${contender}, growth from ${from} to ${to}, against that of ${against}`,
		limit,
		unit: "times",
		measure(find) {
			const ours = [find(`${contender}, ${to}`), find(`${contender}, ${from}`)] as const;
			const theirs = [find(`${against}, ${to}`), find(`${against}, ${from}`)] as const;
			if (!ours[0] || !ours[1] || !theirs[0] || !theirs[1]) return undefined;
			const mine = ratio(times(ours[0]), times(ours[1]));
			const raw = ratio(times(theirs[0]), times(theirs[1]));
			return { ofMedians: mine.ofMedians / raw.ofMedians, ofPairs: mine.ofPairs / raw.ofPairs };
		},
	};
}

export function memoryTarget(contender: string, limit: number): Target {
	return {
		promise: `${contender}, peak memory`,
		limit,
		unit: "MB",
		measure(find) {
			const series = find(contender);
			const peak = series && peakRss(series);
			return peak === undefined ? undefined : { ofMedians: peak, ofPairs: peak };
		},
	};
}

export function judge({ promise, limit, unit, measure }: Target, series: readonly Series[]): Verdict {
	const found = measure((name) => series.find((one) => one.name === name && !one.samples.some(({ note }) => note)));
	const measured = found?.ofMedians ?? null;
	return {
		promise,
		limit,
		unit,
		measured,
		ofPairs: found?.ofPairs ?? null,
		met: measured !== null && measured <= limit,
	};
}
