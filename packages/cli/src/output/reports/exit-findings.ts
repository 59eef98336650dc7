/** The exit code of a command that looks, and has found what it is asked to find: an error, or another schema. */
export const EXIT_FINDINGS = 4;
