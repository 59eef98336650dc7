/** What a law is given in addition to its subjects. */
export interface RunOptions<Capability extends string = string> {
	/** Passed to every random generator; the same seed checks the same cases. */
	readonly seed: number;
	/** How many random cases a property checks. */
	readonly numRuns: number;
	/** What the implementation claims; a law that adapts to it asks here. */
	readonly capabilities: ReadonlySet<Capability>;
}

/** Makes a fresh, empty subject that nothing else uses; whoever makes it disposes it. */
export type CreateHarness<Harness> = () => Promise<Harness & AsyncDisposable>;

/** One promise of an interface, checkable against any implementation. */
export interface Law<Harness, Capability extends string = never> {
	/** Stable name used in reports and skips: `lock/excludes-other-instances`. */
	readonly id: string;
	/** Where the promise is made: `Driver.lock`. */
	readonly of: string;
	/** Only asked of implementations that claim all of these. Default: asked of all. */
	readonly requires?: readonly Capability[];
	/** Rejects when the promise is broken. */
	check(create: CreateHarness<Harness>, run: RunOptions<Capability>): Promise<void>;
}

/** The laws of one interface. */
export interface LawSet<Harness, Capability extends string = never> {
	/** Everything that may be claimed, with what the claim means. */
	readonly capabilities: Readonly<Record<Capability, string>>;
	readonly laws: readonly Law<Harness, Capability>[];
}

/** A law as most are written: it needs one subject. */
export interface LawOfOne<Harness, Capability extends string> extends Omit<Law<Harness, Capability>, "check"> {
	check(harness: Harness, run: RunOptions<Capability>): Promise<void>;
}

/** Makes laws of functions that take one subject. */
export function lawsOfOne<Harness, Capability extends string>(
	laws: readonly LawOfOne<Harness, Capability>[],
): readonly Law<Harness, Capability>[] {
	return laws.map((law) => ({
		...law,
		async check(create, run) {
			await using harness = await create();
			await law.check(harness, run);
		},
	}));
}
