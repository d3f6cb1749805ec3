import { systemClock } from '@majordomo/core';
import type { RequestContext } from '../context.ts';
import { Refusal } from '../errors/refusal.ts';
import type { Caller, Settings } from '../options.ts';
import { authorize, withoutBody } from './authorize.ts';

/** Time between two checks of the caller of an open connection, in milliseconds. */
const CHECK_MS = 60_000;

/**
 * Authorizes the request of an open event stream or socket again every minute. Calls `onRefused` once, as soon as the caller is refused,
 * or has another owner or other MCP servers. Other failures of `authorize` are ignored, such as a key store that does not respond.
 * Returns a function that ends the checks.
 */
export function watchCaller(
  { request, caller }: Pick<RequestContext, 'request' | 'caller'>,
  settings: Settings,
  onRefused: (refusal: Refusal) => void,
): () => void {
  // Without `authorize`, the gateway has no keys.
  if (settings.authorize === undefined) return () => undefined;
  const checked = withoutBody(request);
  const access = accessOf(caller);
  let isEnded = false;
  let cancel = (): void => undefined;
  const check = async (): Promise<void> => {
    const found = await authorize(checked, settings, false).catch((error: unknown) =>
      error instanceof Refusal && error.kind === 'unauthorized' ? error : caller,
    );
    if (isEnded) return;
    if (found instanceof Refusal) onRefused(found);
    else if (accessOf(found) !== access) onRefused(CHANGED);
    else checkLater();
  };
  const checkLater = (): void => {
    cancel = systemClock.timer(CHECK_MS, () => void check(), { isBackground: true });
  };
  checkLater();
  return () => {
    isEnded = true;
    cancel();
  };
}

const CHANGED = new Refusal('unauthorized', 'the access of the key has changed; connect again');

const accessOf = ({ tenant, key, mcp }: Caller): string => JSON.stringify([tenant, key, mcp]);
