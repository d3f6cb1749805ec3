/** Value of a part without data. */
export const NEUTRAL = 0.5;
