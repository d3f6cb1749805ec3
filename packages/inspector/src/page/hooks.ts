import { createContext } from 'preact';
import { useContext, useEffect, useState } from 'preact/hooks';
import type { ToldCall, ToldCost } from '../feed-types.ts';
import { ask } from './ask.ts';
import type { Known, Store } from './store.ts';

export const StoreContext = createContext<Store | undefined>(undefined);

export function useStore(): Store {
  const store = useContext(StoreContext);
  if (store === undefined) throw new Error('no store is around this view');
  return store;
}

export function useKnown(): Known {
  const store = useStore();
  const [known, setKnown] = useState(store.known);
  useEffect(() => store.subscribe(() => setKnown(store.known)), [store]);
  return known;
}

/** The server's time at each drawing; draws again every so many ms. */
export function useNow(everyMs: number): number {
  const { skew } = useKnown();
  const [, draw] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => draw((times) => times + 1), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return Date.now() - skew;
}

export interface Asked<T> {
  readonly value?: T | undefined;
  readonly error?: string | undefined;
}

/** Asks for it, and again every so many ms; what came before stays until the next one is there. */
export function useAsked<T>(
  path: string | undefined,
  query: Readonly<Record<string, string>> = {},
  everyMs = 0,
): Asked<T> {
  const [asked, setAsked] = useState<Asked<T>>({});
  const key = JSON.stringify([path, query]);
  useEffect(() => {
    let isGone = false;
    const once = (): void => {
      if (path === undefined) return;
      ask<T>(path, query).then(
        (value) => isGone || setAsked({ value }),
        (error: unknown) => isGone || setAsked((before) => ({ ...before, error: String(error) })),
      );
    };
    setAsked({});
    once();
    const timer = everyMs > 0 ? setInterval(once, everyMs) : undefined;
    return () => {
      isGone = true;
      clearInterval(timer);
    };
  }, [key, everyMs]);
  return asked;
}

/** After a call its attempts are still being booked. */
const BOOKED_AFTER_MS = 400;
const MOST_AT_ONCE = 60;

/** Asks what calls that are being looked at have cost. */
export function useCosts(calls: readonly ToldCall[]): void {
  const store = useStore();
  const { hello } = useKnown();
  const ended = calls.filter(({ outcome }) => outcome !== 'running').map(({ id }) => id);
  const missing = hello?.hasLedger === true ? store.withoutCost(ended).slice(0, MOST_AT_ONCE) : [];
  const key = missing.join(',');
  useEffect(() => {
    if (key === '') return;
    const timer = setTimeout(() => {
      ask<Readonly<Record<string, ToldCost>>>('costs', { ids: key }).then(
        (costs) => store.costsAre(missing, costs),
        () => store.costsAre(missing, {}),
      );
    }, BOOKED_AFTER_MS);
    return () => clearTimeout(timer);
  }, [key, store]);
}
