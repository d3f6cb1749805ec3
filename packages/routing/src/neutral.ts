/** Value of a part of the score for which no data exists. */
export const NEUTRAL = 0.5;
