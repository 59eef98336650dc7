import { CommandError } from "../command-line/command-error.ts";

/** Every part of Go's reference time that is written with digits alone; the longer ones first. */
const DIGIT_PART = /2006|002|01|02|03|04|05|06|15|1|2|3|4|5/g;

/**
 * Writes a time as Go's `Time.Format` does, for layouts that yield digits: `20060102150405`.
 *
 * Names of months, zones and fractions of a second are left as they stand; a version has no room for them.
 *
 * @param timeZone IANA name, or `Local`.
 * @throws CommandError for a time zone that does not exist.
 * @see https://pkg.go.dev/time#Layout
 */
export function formatGoLayout(time: Date, layout: string, timeZone: string): string {
	const local = wallClock(time, timeZone);
	const pad = (value: number, length = 2): string => String(value).padStart(length, "0");
	const year = local.getUTCFullYear();
	const month = local.getUTCMonth() + 1;
	const day = local.getUTCDate();
	const hour = local.getUTCHours();
	const hour12 = hour % 12 === 0 ? 12 : hour % 12;
	const dayOfYear = Math.floor((local.getTime() - Date.UTC(year, 0)) / 86_400_000) + 1;
	const parts: Readonly<Record<string, string>> = {
		"2006": pad(year, 4),
		"06": pad(year % 100),
		"01": pad(month),
		"1": String(month),
		"02": pad(day),
		"2": String(day),
		"002": pad(dayOfYear, 3),
		"15": pad(hour),
		"03": pad(hour12),
		"3": String(hour12),
		"04": pad(local.getUTCMinutes()),
		"4": String(local.getUTCMinutes()),
		"05": pad(local.getUTCSeconds()),
		"5": String(local.getUTCSeconds()),
	};
	return layout.replace(DIGIT_PART, (part) => parts[part] ?? part);
}

/** A date whose UTC fields are what a clock on the wall shows in the zone. */
function wallClock(time: Date, timeZone: string): Date {
	if (timeZone === "UTC") return time;
	const zone = timeZone === "Local" ? {} : { timeZone };
	let format: Intl.DateTimeFormat;
	try {
		format = new Intl.DateTimeFormat("en-US", {
			...zone,
			hourCycle: "h23",
			year: "numeric",
			month: "numeric",
			day: "numeric",
			hour: "numeric",
			minute: "numeric",
			second: "numeric",
		});
	} catch {
		// The only thing in there that can be wrong.
		throw new CommandError(`unknown time zone ${timeZone}`);
	}
	const field = Object.fromEntries(format.formatToParts(time).map(({ type, value }) => [type, Number(value)]));
	const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = field;
	return new Date(Date.UTC(year, month - 1, day, hour, minute, second));
}
