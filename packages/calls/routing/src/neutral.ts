/** Rating from 0 to 1 that is used if no data exists. */
export const NEUTRAL = 0.5;
