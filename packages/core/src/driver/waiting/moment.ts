/**
 * Notes this moment, to be told later by `performance.now()`.
 *
 * In Node that clock is a module which is loaded when it is first read, and that takes longer than a call of a driver that nobody
 * keeps waiting. So the moment is noted by the time of day, and worked out when it is first asked for. Only a time of day that is
 * set in between can make it wrong; one that is set back makes it the moment of asking.
 */
export function noteMoment(): () => number {
	const noted = Date.now();
	let moment: number | undefined;
	return () => {
		moment ??= performance.now() - Math.max(0, Date.now() - noted);
		return moment;
	};
}
