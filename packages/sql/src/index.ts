export { type Comment, type Directive, readDirectives } from "./directives.ts";
export { parseGoDuration } from "./go-duration.ts";
export { invalidBody } from "./invalid-body.ts";
export { createLease, type Lease, timestamp } from "./lease.ts";
export {
	boolOption,
	durationOption,
	leaseOption,
	type OptionRule,
	type OptionTable,
	oneOfOption,
	optionTable,
} from "./option-table.ts";
export { type PathRules, type PathUrl, readPathUrl } from "./path-url.ts";
export { BODY_START, type Place, placeFrom } from "./place.ts";
export { aggregateRounds, limitedRounds, readingRounds } from "./rounds/divided-rounds.ts";
export { hasConditions } from "./rounds/open-conditions.ts";
export { endlessRoundsError, inexactRoundsError, unfinishedRoundsError } from "./rounds/round-errors.ts";
export type { LanguageToken, RoundLanguage } from "./rounds/round-language.ts";
export { type RoundBody, type RoundStatement, roundStatement } from "./rounds/round-statement.ts";
export { RULES, type Rule } from "./rules.ts";
export type { Statement } from "./statement.ts";
