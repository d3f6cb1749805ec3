import { useEffect, useMemo, useState } from 'preact/hooks';
import type { FeedCall } from '../feed-types.ts';
import { modelOf, paramsOf, type Filter } from './filter.ts';
import { useLoaded } from './hooks.ts';
import type { Entry } from './listed-call.ts';
import { fromOf } from './ranges.ts';
import { requestJson } from './request.ts';

/** Maximum number of calls on one page of the call log. */
export const PAGE = 50;
const EVERY_MS = 5000;

interface Pages {
  readonly entries: readonly Entry[];
  /** Position of the next page of the call log. Absent for the last page. */
  readonly next?: string | undefined;
  /** Whether an older page has been loaded. The first page is then not updated, because new calls would shift the older pages. */
  readonly isPaged: boolean;
  readonly error?: string | undefined;
}

/** Page of the call log, or the error because of which it was not loaded. */
type Loaded = Pick<Pages, 'entries' | 'next'> | { readonly error: string };

/** Entries of the call log that match a filter, and a function that loads the next page. */
export interface CallLogPages extends Pages {
  readonly loadOlder: () => void;
}

/** Loads the call log page by page. Loads nothing if `isOn` is false, because no admin API exists. */
export function useCallLog(isOn: boolean, filter: Filter): CallLogPages {
  const [pages, setPages] = useState<Pages>({ entries: [], isPaged: false });
  // Do not search for running calls, because the call log contains only ended ones.
  const isLoading = isOn && filter.outcome !== 'running';
  const key = JSON.stringify([isLoading, filter]);
  const load = async (after?: string): Promise<Loaded> => {
    const query = { ...paramsOf(filter), limit: String(PAGE), ...(after !== undefined && { after }) };
    try {
      const { calls, next } = await requestJson<{ readonly calls: readonly Entry[]; readonly next?: string }>(
        'api/v1/calls',
        query,
      );
      return { entries: calls, next };
    } catch (error) {
      return { error: String(error) };
    }
  };
  useEffect(() => {
    // The copy lets `loadOlder` recognize that a page belongs to an earlier filter.
    setPages((before) => ({ ...before, entries: [...before.entries], isPaged: false }));
    if (!isLoading) return;
    let isGone = false;
    const first = async (): Promise<void> => {
      const loaded = await load();
      if (isGone) return;
      setPages((before) => {
        if ('error' in loaded) return { ...before, ...loaded };
        return before.isPaged ? before : { ...loaded, isPaged: false };
      });
    };
    void first();
    const timer = setInterval(() => void first(), EVERY_MS);
    return () => {
      isGone = true;
      clearInterval(timer);
    };
  }, [key]);
  const loadOlder = async (): Promise<void> => {
    const { entries, next } = pages;
    if (next === undefined) return;
    const loaded = await load(next);
    setPages((before) => {
      // Ignore the page if another filter or a newer first page has replaced the entries in the meantime.
      if (before.entries !== entries) return before;
      if ('error' in loaded) return { ...before, ...loaded };
      return { ...loaded, entries: [...entries, ...loaded.entries], isPaged: true };
    });
  };
  return { ...pages, loadOlder: () => void loadOlder() };
}

type Dimension = 'tenant' | 'key' | 'model';

/** Returns the tenants, keys and models of the calls in a range. */
export function useChoices(
  isOn: boolean,
  range: string,
  live: readonly FeedCall[],
): Readonly<Record<Dimension, readonly string[]>> {
  const { value } = useLoaded<{
    readonly rows: readonly { readonly key: Readonly<Record<Dimension, string>> }[];
  }>(isOn ? 'api/v1/calls/stats' : undefined, { by: 'tenant,key,model', ...fromOf(range) });
  return useMemo(() => {
    const found = [
      ...(value?.rows ?? []).map(({ key }) => key),
      ...live.map((call) => ({
        tenant: call.tenant,
        key: call.key,
        // The feed contains only the spec of a call, and the call log is filtered by the name that the client sent.
        model: isOn ? undefined : modelOf(call),
      })),
    ];
    const sorted = (name: Dimension): readonly string[] =>
      [...new Set(found.flatMap((each) => each[name] || []))].sort();
    return { tenant: sorted('tenant'), key: sorted('key'), model: sorted('model') };
  }, [value, live, isOn]);
}
