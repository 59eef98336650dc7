import { divide, median, peakRss, type Series, times } from "./statistics.ts";
import type { Limits, Storage } from "./storage.ts";

/** What a target is judged by. */
export interface Measurement {
	/** The median of the ratios in each round, which a machine that slows down during a run disturbs least; or megabytes, or milliseconds. */
	readonly value: number;
	/** Absent where nothing is paired. */
	readonly pairs?: Pairs;
}

/** How the ratios in each round lie. */
export interface Pairs {
	readonly lowest: number;
	readonly highest: number;
	readonly rounds: number;
	/** The ratio of the medians of all rounds, to see whether the two ways to count agree. */
	readonly ofMedians: number;
}

/** Of a limit: a ratio, megabytes of 10^6 bytes, or milliseconds. */
export type Unit = "times" | "MB" | "ms";

/** A number that the project wants to reach. */
export interface Target {
	readonly promise: string;
	readonly limits: Limits;
	readonly unit: Unit;
	/** `undefined` when a contender it needs did not run. */
	measure(find: (contender: string) => Series | undefined): Measurement | undefined;
}

/** What a target came to on one storage. */
export interface Verdict {
	readonly promise: string;
	readonly storage: Storage;
	readonly limit: number;
	readonly unit: Unit;
	/** Absent when the workload was not measured on that storage, or a contender failed or did not run. */
	readonly measurement?: Measurement | undefined;
	readonly met: boolean;
}

/** A plain number holds on the disk. */
type Limit = number | Limits;

/** The time of one contender against that of another. */
export function timeTarget(contender: string, against: string, limit: Limit): Target {
	return {
		promise: `${contender} against ${against}`,
		limits: limitsOf(limit),
		unit: "times",
		measure(find) {
			const [measured, peer] = [find(contender), find(against)];
			if (!measured || !peer) return undefined;
			return paired(divide(times(measured), times(peer)), median(times(measured)) / median(times(peer)));
		},
	};
}

/** The time of a contender, without that of `start`, against that of another. */
export function timeBeyondStartTarget(contender: string, start: string, against: string, limit: Limit): Target {
	return {
		promise: `${contender}, less ${start}, against ${against}`,
		limits: limitsOf(limit),
		unit: "times",
		measure(find) {
			const [measured, base, peer] = [find(contender), find(start), find(against)];
			if (!measured || !base || !peer) return undefined;
			const starts = times(base);
			const beyond = times(measured).map((time, round) => time - (starts[round] ?? Number.NaN));
			const ofMedians = (median(times(measured)) - median(starts)) / median(times(peer));
			return paired(divide(beyond, times(peer)), ofMedians);
		},
	};
}

/** How much more a contender grows from one size to another than a second one does. */
export function growthTarget(contender: string, against: string, from: string, to: string, limit: Limit): Target {
	return {
		promise: `${contender}, growth from ${from} to ${to}, against that of ${against}`,
		limits: limitsOf(limit),
		unit: "times",
		measure(find) {
			const measured = [find(`${contender}, ${to}`), find(`${contender}, ${from}`)] as const;
			const peer = [find(`${against}, ${to}`), find(`${against}, ${from}`)] as const;
			if (!measured[0] || !measured[1] || !peer[0] || !peer[1]) return undefined;
			const growth = (large: Series, small: Series): readonly number[] => divide(times(large), times(small));
			const ofMedians = (large: Series, small: Series): number => median(times(large)) / median(times(small));
			return paired(
				divide(growth(measured[0], measured[1]), growth(peer[0], peer[1])),
				ofMedians(measured[0], measured[1]) / ofMedians(peer[0], peer[1]),
			);
		},
	};
}

/** The highest peak of all runs. */
export function memoryTarget(contender: string, limit: Limit): Target {
	return {
		promise: `${contender}, peak memory`,
		limits: limitsOf(limit),
		unit: "MB",
		measure(find) {
			const series = find(contender);
			const peak = series && peakRss(series);
			return peak === undefined ? undefined : { value: peak };
		},
	};
}

/** The time of a contender by itself, for what a person waits for. It depends on the machine. */
export function limitTarget(contender: string, limit: Limit): Target {
	return {
		promise: contender,
		limits: limitsOf(limit),
		unit: "ms",
		measure(find) {
			const series = find(contender);
			return series && { value: median(times(series)) };
		},
	};
}

/** @returns `undefined` when the target has no limit on that storage. */
export function judge(
	{ promise, limits, unit, measure }: Target,
	storage: Storage,
	series: readonly Series[],
): Verdict | undefined {
	const limit = limits[storage];
	if (limit === undefined) return undefined;
	const measurement = measure((name) => series.find((one) => one.name === name && ended(one)));
	return { promise, storage, limit, unit, measurement, met: measurement !== undefined && measurement.value <= limit };
}

function ended({ samples }: Series): boolean {
	return samples.length > 0 && !samples.some(({ note }) => note);
}

function limitsOf(limit: Limit): Limits {
	return typeof limit === "number" ? { disk: limit } : limit;
}

function paired(ratios: readonly number[], ofMedians: number): Measurement {
	const pairs = {
		lowest: Math.min(...ratios),
		highest: Math.max(...ratios),
		rounds: ratios.length,
		ofMedians,
	};
	return { value: median(ratios), pairs };
}
