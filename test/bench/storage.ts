/** What the databases of a run lie on: a tmpfs keeps them in memory, where no commit waits for anything. */
export type Storage = "disk" | "tmpfs";

/** The limit of a target on each storage that it is meant for. */
export type Limits = Readonly<Partial<Record<Storage, number>>>;

/** Takes the name of a file system as {@link Machine.fileSystem} has it. */
export function storageOf(fileSystem: string): Storage {
	return fileSystem === "tmpfs" ? "tmpfs" : "disk";
}

export function onEither(limit: number): Limits {
	return { disk: limit, tmpfs: limit };
}
