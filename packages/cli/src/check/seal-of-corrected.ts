import { type CorrectedSource, type MigrationFile, type Seal, type Source, sealableFiles, sealOf } from "@godwit/core";

/**
 * The seal of files as they are corrected, which accepts the corrections. What is corrected was right before, so a file without
 * a line is sealed as it was first.
 *
 * @throws MigrateError `ERR_SEAL` as `sealOf`, for edits that are none of these corrections.
 */
export async function sealOfCorrected(source: Source, { files, source: corrected }: CorrectedSource): Promise<Seal> {
	const names = new Set(files.flatMap(({ file }) => file.name ?? []));
	const accepted = await acceptedBefore(source, corrected);
	const asSealed = (file: MigrationFile | undefined, now: MigrationFile | undefined): MigrationFile | undefined =>
		file?.name !== undefined && accepted.has(file.name) ? now : file;
	const before = await sealOf(
		{
			...source,
			readUp: async (version) => asSealed(await source.readUp(version), await corrected.readUp(version)),
			readDown: async (version) => asSealed(await source.readDown(version), await corrected.readDown(version)),
		},
		new Set(),
	);
	return sealOf({ ...corrected, readSeal: async () => before }, names);
}

/** The files that the seal has as they are corrected: a run that was stopped has accepted these, and maybe not written them. */
async function acceptedBefore(source: Source, corrected: Source): Promise<ReadonlySet<string>> {
	const seal = await source.readSeal?.();
	const files = await sealableFiles(corrected);
	return new Set(files.filter(({ name, checksum }) => seal?.get(name)?.checksum === checksum).map(({ name }) => name));
}
