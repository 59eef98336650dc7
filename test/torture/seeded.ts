/** Numbers that look random and are the same for the same seed. */
export interface Seeded {
	/** A whole number from 0 up to, not including, `limit`. */
	below(limit: number): number;
	pick<T>(choices: readonly T[]): T;
}

/** @see https://en.wikipedia.org/wiki/Linear_congruential_generator with the constants of Knuth's MMIX */
export function seeded(seed: number): Seeded {
	let state = BigInt.asUintN(64, BigInt(seed) * 0x9e3779b97f4a7c15n + 1n);
	const below = (limit: number): number => {
		state = BigInt.asUintN(64, state * 6364136223846793005n + 1442695040888963407n);
		return Number((state >> 33n) % BigInt(limit));
	};
	return { below, pick: (choices) => choices[below(choices.length)] as (typeof choices)[number] };
}
