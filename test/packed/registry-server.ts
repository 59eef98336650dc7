/**
 * Serves the archives in a folder as npm asks for them, and prints the address: `node registry-server.ts FOLDER OTHER`. Whoever asks
 * for another package is sent to the registry OTHER.
 */
import { createReadStream } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { basename } from "node:path";
import { type Archive, archivesIn, integrityOf } from "./archives.ts";

const [folder = "", other = ""] = process.argv.slice(2);
const archives = archivesIn(folder);

/** What npm reads of a package that has one version. */
function packument({ name, version, manifest, path }: Archive, origin: string): string {
	const dist = { tarball: `${origin}/${basename(path)}`, integrity: integrityOf(path) };
	return JSON.stringify({ name, "dist-tags": { latest: version }, versions: { [version]: { ...manifest, dist } } });
}

const server = createServer(({ url = "/" }, response) => {
	const asked = decodeURIComponent(url.slice(1));
	const file = archives.find(({ path }) => basename(path) === asked);
	const archive = archives.find(({ name }) => name === asked);
	if (file !== undefined) createReadStream(file.path).pipe(response);
	else if (archive !== undefined) response.end(packument(archive, address()));
	else response.writeHead(307, { location: new URL(url, other).href }).end();
});

function address(): string {
	return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

server.listen(0, "127.0.0.1", () => console.log(`${address()}/`));
