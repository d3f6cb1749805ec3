import type { Gateway } from '../gateway.ts';

/** Gateway, or any object with a `fetch` function. */
export type ServedGateway = Pick<Gateway, 'fetch'> & Partial<Gateway>;
