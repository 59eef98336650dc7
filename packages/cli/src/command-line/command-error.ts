/** A command that was understood and cannot be carried out as given; exit code 1. Its message is for the user. */
export class CommandError extends Error {
	override readonly name = "CommandError";
}
