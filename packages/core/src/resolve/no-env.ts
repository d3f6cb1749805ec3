import type { Env } from '../contract/provider.ts';

/** Stands for the `env` that an app did not give: what is missing in it is told in other words. */
export const NO_ENV: Env = Object.freeze({});
