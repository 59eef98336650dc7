/**
 * The runtime by the name and version that its users know: Bun and Deno tell Node's as their own too.
 *
 * @param versions Default those of this process.
 * @returns As in `Node 24.21.0`.
 */
export function runtimeName(versions: NodeJS.ProcessVersions = process.versions): string {
	const { bun, deno, node } = versions;
	if (bun !== undefined) return `Bun ${bun}`;
	return deno === undefined ? `Node ${node}` : `Deno ${deno}`;
}
