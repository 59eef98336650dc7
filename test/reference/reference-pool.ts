import { type Reference, startReference } from "./reference.ts";

/** One reference program at a time, replaced now and then: golang-migrate leaves a connection open after each drop. */
export interface ReferencePool extends AsyncDisposable {
	get(): Promise<Reference>;
	/** Says that nothing is open at the moment. */
	tick(): Promise<void>;
}

const LIFE = 500;

export function referencePool(program: string): ReferencePool {
	let current: Promise<Reference> | undefined;
	let ticks = 0;

	async function end(): Promise<void> {
		const reference = await current;
		current = undefined;
		await reference?.[Symbol.asyncDispose]();
	}

	return {
		get() {
			current ??= startReference(program);
			return current;
		},
		async tick() {
			if (++ticks % LIFE === 0) await end();
		},
		[Symbol.asyncDispose]: end,
	};
}
