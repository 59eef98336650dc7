import type { Plugin } from "rolldown";

/** As the bundler's own, in one line. */
const EXPORT_ALL =
	'{ __exportAll(all) { const target = {}; for (const name in all) Object.defineProperty(target, name, { get: all[name], enumerable: true }); return Object.defineProperty(target, Symbol.toStringTag, { value: "Module" }); } }';

const DECLARATION = /^const require_rolldown_runtime = require\("[^"]+"\);$/m;

/**
 * Spares a chunk the file of the bundler's helpers, when all that it needs of them is the one that makes the namespace of a module:
 * that file takes longer to find than all of its code to run.
 */
export function ownNamespaces(): Plugin {
	return {
		name: "own-namespaces",
		// No line is added, so that the source map stays true.
		renderChunk(code) {
			const helpers = new Set(code.match(/\brequire_rolldown_runtime\.\w+/g));
			helpers.delete("require_rolldown_runtime.__exportAll");
			if (!DECLARATION.test(code) || helpers.size > 0) return null;
			return { code: code.replace(DECLARATION, `const require_rolldown_runtime = ${EXPORT_ALL};`), map: null };
		},
	};
}
