import type { Reply } from './answering/reply.ts';
import type { PlatformContext } from './platform-context.ts';

/** A gateway as `serve` asks it: what it answers need not become a `Response` that is taken apart again. */
export interface Direct {
  readonly answer: (request: Request, context?: PlatformContext) => Promise<Reply | Response>;
  /** A client that reads nothing for this long, in ms, is cut. */
  readonly idleMs: number;
}

/** By its `fetch`: one that an app has put its own around is another function, and is asked as it is. */
const known = new WeakMap<object, Direct>();

export const knowDirectly = (fetch: object, direct: Direct): void => void known.set(fetch, direct);

export function directly(gateway: object): Direct | undefined {
  const { fetch } = gateway as { readonly fetch?: object };
  return fetch && known.get(fetch);
}
