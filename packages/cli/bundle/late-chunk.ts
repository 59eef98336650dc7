import type { Plugin } from "rolldown";

/**
 * Makes the bundle load one of its chunks when something of it is first used, and not with whatever imports it.
 *
 * A chunk of CommonJS reads what it imports of another one from what `require` has returned, at each use: `require_work.name`. So the
 * call of `require` can be put off until the first use. What the modules of the chunk do when they are loaded is put off with it: they
 * must have no effects on others. Modules that import each other in both directions are fine, as long as none of the others uses one of
 * the chunk while it is being loaded itself.
 *
 * @param name As the group is called.
 */
export function lateChunk(name: string): Plugin {
	const variable = `require_${name.replaceAll("-", "_")}`;
	const loaded = `${variable}_loaded`;
	const declaration = new RegExp(`^const ${variable} = (require\\("[^"]+"\\));$`, "m");
	const use = new RegExp(`\\b${variable}\\.`, "g");
	return {
		name: "late-chunk",
		// No line is added, so that the source map stays true.
		renderChunk(code) {
			if (!declaration.test(code)) return null;
			const late = code
				// In parentheses, or `new` would be for the function.
				.replace(use, `(${variable}()).`)
				.replace(declaration, `let ${loaded}; const ${variable} = () => (${loaded} ??= $1);`);
			return { code: late, map: null };
		},
	};
}
