const NS_PER_MS = 1e6;

/**
 * Writes a duration as Go's `time.Duration` prints it, rounded to at most three decimals of its unit: `4.512ms`,
 * `1m30.5s`.
 *
 * @param milliseconds At least 0.
 * @see https://pkg.go.dev/time#Duration.String
 */
export function goDuration(milliseconds: number): string {
	const ns = Math.round(milliseconds * NS_PER_MS);
	if (ns === 0) return "0s";
	if (ns < 1e3) return `${ns}ns`;
	if (ns < 1e6) return `${ns / 1e3}µs`;
	const us = Math.round(ns / 1e3);
	if (us < 1e6) return `${us / 1e3}ms`;
	const ms = Math.round(ns / 1e6);
	const hours = Math.floor(ms / 3_600_000);
	const minutes = Math.floor(ms / 60_000) % 60;
	const seconds = `${(ms % 60_000) / 1e3}s`;
	if (hours > 0) return `${hours}h${minutes}m${seconds}`;
	return minutes > 0 ? `${minutes}m${seconds}` : seconds;
}
