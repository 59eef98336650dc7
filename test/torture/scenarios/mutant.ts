/** One protection switched off. */
export interface Mutant<Scenario extends string> {
	readonly name: string;
	readonly file: string;
	/** Occurs once in the file. */
	readonly from: string;
	readonly to: string;
	/** The scenario that has to notice. */
	readonly noticed: Scenario;
}
