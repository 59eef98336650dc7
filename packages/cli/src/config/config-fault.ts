/** Something in a configuration that is not as it must be. Where it is gets known with the file. */
export class ConfigFault extends Error {
	override readonly name = "ConfigFault";
	/** The keys that lead to it from the top. */
	readonly path: readonly string[];

	constructor(path: readonly string[], message: string) {
		super(message);
		this.path = path;
	}
}
