/** Value of a part for which data is missing. */
export const NEUTRAL = 0.5;
