import { invalidBody } from "../invalid-body.ts";
import type { Place } from "../place.ts";

/** Reports a file with the directive `until-done` that cannot be run in rounds. @param why Goes on after the place. */
export function refusedRounds(place: Place, problem: string, why: string): Error {
	const where = `line ${place.line}, column ${place.column}`;
	return invalidBody(
		`until-done: ${problem}`,
		place,
		`a file with "-- godwit: until-done" is run in rounds, and at ${where} ${why}`,
	);
}
