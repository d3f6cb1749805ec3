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
  const load = async (
    after: string | undefined,
    apply: (loaded: Omit<Pages, 'isPaged'>) => void,
  ): Promise<void> => {
    const query = { ...paramsOf(filter), limit: String(PAGE), ...(after !== undefined && { after }) };
    try {
      const { calls, next } = await requestJson<{ readonly calls: readonly Entry[]; readonly next?: string }>(
        'api/v1/calls',
        query,
      );
      apply({ entries: calls, next });
    } catch (error) {
      setPages((before) => ({ ...before, error: String(error) }));
    }
  };
  useEffect(() => {
    setPages((before) => ({ ...before, isPaged: false }));
    if (!isLoading) return;
    let isGone = false;
    const first = (): void =>
      void load(undefined, (page) => {
        if (!isGone) setPages((before) => (before.isPaged ? before : { ...page, isPaged: false }));
      });
    first();
    const timer = setInterval(first, EVERY_MS);
    return () => {
      isGone = true;
      clearInterval(timer);
    };
  }, [key]);
  const loadOlder = (): void => {
    const { entries, next } = pages;
    if (next === undefined) return;
    void load(next, (page) =>
      // Ignore the page if another filter or a newer first page has replaced the entries in the meantime.
      setPages((before) =>
        before.entries === entries
          ? { ...page, entries: [...entries, ...page.entries], isPaged: true }
          : before,
      ),
    );
  };
  return { ...pages, loadOlder };
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
        model: isOn ? undefined : modelOf(call),
      })),
    ];
    const sorted = (name: Dimension): readonly string[] =>
      [...new Set(found.flatMap((each) => each[name] || []))].sort();
    return { tenant: sorted('tenant'), key: sorted('key'), model: sorted('model') };
  }, [value, live, isOn]);
}
