import type { Gateway } from '../gateway.ts';

/** Maximum size of a body in bytes for a gateway without `maxBodyBytes`. */
export const DEFAULT_MAX_BYTES = 33_554_432;

/** Gateway, or any object with a `fetch` function. */
export type ServedGateway = Pick<Gateway, 'fetch'> & Partial<Gateway>;
