const UNIT_MS: Readonly<Record<string, number>> = {
	ns: 1e-6,
	us: 1e-3,
	µs: 1e-3,
	μs: 1e-3,
	ms: 1,
	s: 1_000,
	m: 60_000,
	h: 3_600_000,
};

/** Go counts nanoseconds in 64 bits. */
const MAX_MS = Number(2n ** 63n - 1n) / 1e6;

/**
 * Reads a duration as Go writes it: `15s`, `250ms`, `1m30s`, `0`. Go: time.ParseDuration, without negative ones, up to 292 years.
 *
 * @returns Milliseconds, or `undefined` when it is not one.
 */
export function parseGoDuration(text: string): number | undefined {
	if (text === "0") return 0;
	if (!/^([0-9]+(\.[0-9]*)?|\.[0-9]+)[a-zµμ]/.test(text)) return undefined;
	let milliseconds = 0;
	let rest = text;
	while (rest !== "") {
		const [part, amount, unit = ""] = /^([0-9]+(?:\.[0-9]*)?|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h)/.exec(rest) ?? [];
		if (part === undefined) return undefined;
		milliseconds += Number(amount) * (UNIT_MS[unit] ?? Number.NaN);
		rest = rest.slice(part.length);
	}
	return milliseconds > MAX_MS ? undefined : milliseconds;
}
