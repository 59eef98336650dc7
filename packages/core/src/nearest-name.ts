import { closest, distance } from "fastest-levenshtein";

/** Returns the candidate that a misspelt name most likely meant: at most a third of its letters differ. */
export function nearestName(name: string, candidates: readonly string[]): string | undefined {
	if (candidates.length === 0) return undefined;
	const best = closest(name, candidates);
	return distance(name, best) <= Math.max(1, Math.floor(best.length / 3)) ? best : undefined;
}
