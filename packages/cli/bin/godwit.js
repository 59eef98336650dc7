#!/usr/bin/env node
// Syntax that Node 12 parses, as a module and as a script, so that an old Node says what it needs instead of crashing.
var found = process.versions.node.split(".").map(Number);

if (found[0] > 22 || (found[0] === 22 && found[1] >= 18)) {
	// Deno has none.
	if (process.getBuiltinModule("node:module").enableCompileCache) {
		process.getBuiltinModule("node:module").enableCompileCache();
	}
	void import("godwit/main")
		.then((program) => program.main(process.argv.slice(2)))
		.then((exitCode) => {
			process.exitCode = exitCode;
		});
} else {
	process.stderr.write(`error: godwit needs Node.js 22.18 or newer, and this is ${process.versions.node}\n`);
	process.exitCode = 1;
}
