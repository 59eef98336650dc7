/** Said when the process has nothing left to wait for and the command has not ended. */
export const NEVER_SETTLES: string =
	'nothing is left to wait for, and the command has not ended: a configuration, a driver or a source awaits a promise that never settles; see what was done with "godwit status"';
