export const HOUR_MS = 3_600_000;

/** Returns the number of full hours from the Unix epoch to a time in epoch milliseconds. */
export const hourOf = (at: number): number => Math.floor(at / HOUR_MS);
