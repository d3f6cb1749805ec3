import { createContext } from 'preact';
import { useContext, useEffect, useState } from 'preact/hooks';
import type { FeedCall, FeedCost } from '../feed-types.ts';
import { requestJson } from './request.ts';
import type { PageState, Store } from './store.ts';

export const StoreContext = createContext<Store | undefined>(undefined);

export function useStore(): Store {
  const store = useContext(StoreContext);
  if (store === undefined)
    throw new Error('useStore: the view has no store; render it within a store provider');
  return store;
}

export function useKnown(): PageState {
  const store = useStore();
  const [known, setKnown] = useState(store.known);
  useEffect(() => {
    const take = (): void => setKnown(store.known);
    // Read the store again, because it may have changed between the first render and this effect.
    take();
    return store.subscribe(take);
  }, [store]);
  return known;
}

/** Returns the server's current time. Renders the view again every `everyMs` milliseconds. */
export function useNow(everyMs: number): number {
  const { skew } = useKnown();
  const [, draw] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => draw((times) => times + 1), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return Date.now() - skew;
}

export interface Loaded<T> {
  readonly value?: T | undefined;
  readonly error?: string | undefined;
}

/**
 * Requests JSON immediately and every `everyMs` milliseconds, or once if `everyMs` is 0. The value remains while the interval
 * repeats the request. A new path, query or `version` removes the value and requests JSON again.
 */
export function useLoaded<T>(
  path: string | undefined,
  query: Readonly<Record<string, string>> = {},
  everyMs = 0,
  version = 0,
): Loaded<T> {
  const [loaded, setLoaded] = useState<Loaded<T>>({});
  const key = JSON.stringify([path, query, version]);
  useEffect(() => {
    let isGone = false;
    const once = (): void => {
      if (path === undefined) return;
      requestJson<T>(path, query).then(
        (value) => isGone || setLoaded({ value }),
        (error: unknown) => isGone || setLoaded((before) => ({ ...before, error: String(error) })),
      );
    };
    setLoaded({});
    once();
    const timer = everyMs > 0 ? setInterval(once, everyMs) : undefined;
    return () => {
      isGone = true;
      clearInterval(timer);
    };
  }, [key, everyMs]);
  return loaded;
}

/** Delay between the end of a call and the request for its cost, in milliseconds. The ledger records attempts after the call. */
const RECORDED_AFTER_MS = 400;
/** Maximum number of calls in one request for costs, above which the server refuses it. */
const MAX_IDS = 60;

/** Requests the costs of ended calls that the store does not know yet. A cost that is not received is not requested again. */
export function useCosts(calls: readonly FeedCall[]): void {
  const store = useStore();
  const { hello } = useKnown();
  const ended = calls.filter(({ outcome }) => outcome !== 'running').map(({ id }) => id);
  const missing = hello?.hasLedger === true ? store.withoutCost(ended).slice(0, MAX_IDS) : [];
  const key = missing.join(',');
  useEffect(() => {
    if (key === '') return;
    const timer = setTimeout(() => {
      requestJson<Readonly<Record<string, FeedCost>>>('costs', { ids: key }).then(
        (costs) => store.setCosts(missing, costs),
        () => store.setCosts(missing, {}),
      );
    }, RECORDED_AFTER_MS);
    return () => clearTimeout(timer);
  }, [key, store]);
}
