import { SEAL_NAME, sealableFiles } from "../source/seal.ts";
import type { Source } from "../source/source.ts";
import type { CheckFinding } from "./check-finding.ts";

/** Compares the files with their seal. @returns undefined where there is no seal. @throws MigrateError `ERR_SEAL`. */
export async function checkSeal(source: Source): Promise<readonly CheckFinding[] | undefined> {
	const seal = await source.readSeal?.();
	if (seal === undefined) return undefined;
	const files = await sealableFiles(source);
	const names = new Set(files.map(({ name }) => name));
	const changed = files.flatMap(({ name, file, checksum }) => {
		const sealed = seal.get(name);
		if (sealed === undefined) return [broken(file.location, `this file is not in ${SEAL_NAME}; add it with seal`)];
		if (sealed.checksum === checksum) return [];
		if (sealed.was.includes(checksum)) {
			const what = `this file is as it was before an edit that ${SEAL_NAME} accepts; make that edit, by check -fix if it was stopped`;
			return [broken(file.location, `${what}, or put the line in ${SEAL_NAME} back`)];
		}
		const cure = "put back what was sealed and write a new migration, or accept the edit with seal -accept VERSION";
		return [broken(file.location, `this file was edited since it was sealed; ${cure}`)];
	});
	const gone = [...seal.keys()]
		.filter((name) => !names.has(name))
		.map((name) =>
			broken(undefined, `${name} is in ${SEAL_NAME}, and the file is gone; put it back, or take its line out`),
		);
	return [...changed, ...gone];
}

function broken(location: string | undefined, message: string): CheckFinding {
	return { rule: "seal", level: "error", location, message };
}
