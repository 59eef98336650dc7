/** Names the program that writes events into a history. */
export const PROGRAM = "godwit 0.1.0";
