import { hasConditions } from "@godwit/sql";
import { roundLanguage } from "@godwit/sqlite";
import type { RuleBefore } from "./rule.ts";

/** What makes a batch of a statement is a remark, like any other comment, in a file that does not ask for rounds. */
export const notInRounds: RuleBefore = ({ statement, file }) => {
	if (file.rounds !== undefined || file.whole || !hasConditions(statement, roundLanguage)) return [];
	const message =
		'/* godwit: ... */ is a remark here, and the statement runs whole; write "-- godwit: until-done" before it to run it in rounds, or take the comment out';
	return [{ rule: "not-in-rounds", level: "warning", message }];
};
