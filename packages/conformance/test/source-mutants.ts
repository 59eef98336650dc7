import { memorySource, migrationBody, parseMigrationName, type Source } from "@godwit/core";

/** A source with one fault, and the law that must notice. */
export interface SourceMutant {
	readonly caughtBy: string;
	readonly break?: (source: Source, files: Readonly<Record<string, string>>) => Partial<Source>;
	/** What the source is made of instead. */
	readonly files?: (files: Readonly<Record<string, string>>) => Readonly<Record<string, string>>;
}

export const sourceMutants: Readonly<Record<string, SourceMutant>> = {
	"versions are ordered as text": {
		caughtBy: "source/versions-are-in-order",
		break: (s) => ({ versions: async () => (await s.versions()).map(String).sort().map(BigInt) }),
	},
	"a version without an up file is left out": {
		caughtBy: "source/versions-are-in-order",
		break: (s) => ({
			async versions() {
				const versions = await s.versions();
				const ups = await Promise.all(versions.map((version) => s.readUp(version)));
				return versions.filter((_, index) => ups[index] !== undefined);
			},
		}),
	},
	"a missing up is the down": {
		caughtBy: "source/reads-what-the-direction-has",
		break: (s) => ({ readUp: async (version) => (await s.readUp(version)) ?? s.readDown(version) }),
	},
	"an empty source is an error, as in golang-migrate": {
		caughtBy: "source/empty-has-no-versions",
		break: (s) => ({
			async versions() {
				const versions = await s.versions();
				if (versions.length === 0) throw new Error("first .: file does not exist");
				return versions;
			},
		}),
	},
	"versions are numbers": {
		caughtBy: "source/any-set-of-migrations",
		break: (s) => ({ versions: async () => (await s.versions()).map((version) => BigInt(Number(version))) }),
	},
	"a body can be read once": {
		caughtBy: "source/body-can-be-read-twice",
		break: (s) => ({
			async readUp(version) {
				const file = await s.readUp(version);
				if (file === undefined) return undefined;
				const reading = file.body[Symbol.asyncIterator]();
				return { ...file, body: migrationBody(() => ({ [Symbol.asyncIterator]: () => reading })) };
			},
		}),
	},
	"a body that is read at once lacks its byte order mark": {
		caughtBy: "source/body-can-be-read-twice",
		break: (s) => ({
			async readUp(version) {
				const file = await s.readUp(version);
				if (file === undefined) return undefined;
				return { ...file, body: { ...file.body, whole: () => file.body.whole?.()?.subarray(3) } };
			},
		}),
	},
	"all bodies are read into one buffer": {
		caughtBy: "source/readings-have-their-own-buffers",
		break(s) {
			const buffer = new Uint8Array(16_384);
			return {
				async readUp(version) {
					const file = await s.readUp(version);
					if (file === undefined) return undefined;
					const body = migrationBody(async function* () {
						const bytes = new TextEncoder().encode(await file.body.text());
						for (let at = 0; at < bytes.length; at += buffer.length) {
							const part = bytes.subarray(at, at + buffer.length);
							buffer.set(part);
							yield buffer.subarray(0, part.length);
						}
					});
					return { ...file, body };
				},
			};
		},
	},
	"the last of two duplicates wins": {
		caughtBy: "source/refuses-duplicates",
		files: (files) => {
			const kept = new Map<string, [string, string]>();
			for (const [name, text] of Object.entries(files)) {
				const verdict = parseMigrationName(name);
				const key = verdict.kind === "migration" ? `${verdict.name.version} ${verdict.name.direction}` : name;
				kept.set(key, [name, text]);
			}
			return Object.fromEntries(kept.values());
		},
	},
	"what does not parse is skipped, as in golang-migrate": {
		caughtBy: "source/refuses-what-it-cannot-read",
		files: (files) =>
			Object.fromEntries(Object.entries(files).filter(([name]) => parseMigrationName(name).kind === "migration")),
	},
	"every file has to be a migration": {
		caughtBy: "source/leaves-other-files-alone",
		files: (files) =>
			Object.fromEntries(
				Object.entries(files).map(([name, text]) => [
					parseMigrationName(name).kind === "other" ? `9_${name}` : name,
					text,
				]),
			),
	},
	"a second close fails": {
		caughtBy: "source/close-twice-is-fine",
		break() {
			let closed = false;
			return {
				async close() {
					if (closed) throw new Error("closed already");
					closed = true;
				},
			};
		},
	},
};

export function brokenSource(mutant: SourceMutant, files: Readonly<Record<string, string>>): Source {
	const source = memorySource(mutant.files?.(files) ?? files);
	return { ...source, ...mutant.break?.(source, files) };
}
