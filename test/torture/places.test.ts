import { describe, it } from "vitest";
import { BAD_PLACES, survivePlace } from "./places.ts";
import { CASES, caseName } from "./torture-case.ts";

const SAMPLE = CASES.filter(({ direction, journal }) => direction === "up" && journal === "rollback");

describe.each(BAD_PLACES)("on a $name", (place) => {
	it.each(SAMPLE.map((which) => [caseName(which), which] as const))(
		"%s: says so, changes nothing that is not told, and completes once that is mended",
		(_, which) => survivePlace(which, place),
	);
});
