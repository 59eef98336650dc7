/** The runtime by the name and version that its users know: Bun and Deno tell Node's as their own too. */
export function runtimeName({ bun, deno, node }: NodeJS.ProcessVersions): string {
	if (bun !== undefined) return `Bun ${bun}`;
	return deno === undefined ? `Node ${node}` : `Deno ${deno}`;
}
