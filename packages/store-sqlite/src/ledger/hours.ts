export const HOUR_MS = 3_600_000;

/** Returns the number of the hour since the epoch. */
export const hourOf = (at: number): number => Math.floor(at / HOUR_MS);
