import type { Place } from "./place.ts";

/** What was put in place of a part of a text. */
export interface Correction extends Place {
	readonly from: string;
	readonly to: string;
}

/** A text, and what was corrected in it; nothing when it is as it was. */
export interface CorrectedText {
	readonly text: string;
	readonly corrections: readonly Correction[];
}
