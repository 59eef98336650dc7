#!/usr/bin/env node
// The command as it is published: one CommonJS bundle, because a hundred ES modules take longer to load than most
// commands take to run. Syntax that Node 12 parses, so that an old Node says what it needs instead of crashing.
var found = process.versions.node.split(".").map(Number);

if (found[0] > 22 || (found[0] === 22 && found[1] >= 18)) {
	// Deno has none.
	if (require("node:module").enableCompileCache) require("node:module").enableCompileCache();
	void require("../dist/command.cjs")
		.main(process.argv.slice(2))
		.then((exitCode) => {
			process.exitCode = exitCode;
		});
} else {
	process.stderr.write(`error: godwit needs Node.js 22.18 or newer, and this is ${process.versions.node}\n`);
	process.exitCode = 1;
}
