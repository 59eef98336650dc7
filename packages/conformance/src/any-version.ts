import { MAX_VERSION, type Version } from "@godwit/core";
import fc from "fast-check";

/** Versions at the limits of number types: of 31, 32 and 53 bits, and the largest version. */
const LIMITS = [2n ** 31n - 1n, 2n ** 31n, 2n ** 32n, 2n ** 53n, 2n ** 53n + 1n, MAX_VERSION];

/** Any version of a migration: 0 to 2^63-1, small ones and limits more often. */
export const anyVersion: fc.Arbitrary<Version> = fc.oneof(
	fc.bigInt({ min: 0n, max: 9n }),
	fc.bigInt({ min: 0n, max: MAX_VERSION }),
	fc.constantFrom(...LIMITS),
);
