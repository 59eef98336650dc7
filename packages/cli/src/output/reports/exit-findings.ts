/** The exit code of -exit-code when migrations are pending, or when something would run. */
export const EXIT_PENDING = 3;

/** The exit code of a command that looks, and has found what it is asked to find: an error, or another schema. */
export const EXIT_FINDINGS = 4;
