import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { CallDetail } from './call-detail.tsx';
import { PAGE, useCallLog, useChoices } from './call-log.ts';
import { CallTable } from './call-table.tsx';
import { FilterBar } from './filter-bar.tsx';
import { addressOf, filterOf, matcherOf, type Filter } from './filter.ts';
import { useCosts, useKnown, useLoaded, useNow } from './hooks.ts';
import { fromEntry, merged, type Entry, type ListedCall } from './listed-call.ts';
import { SummaryStrip } from './summary-strip.tsx';

interface CallsViewProps {
  /** Id of the open call, or `''`. */
  readonly selected: string;
  /** Query in the address, which contains the filter. */
  readonly query: string;
}

/** Table of calls, and the open call next to it. The table contains the calls of the call log and of the feed. */
export function CallsView({ selected, query }: CallsViewProps): JSX.Element {
  const { calls: live, hello } = useKnown();
  const filter = filterOf(query);
  const hasLog = hello?.hasAdmin === true;
  const log = useCallLog(hasLog, filter);
  const choices = useChoices(hasLog, filter.range, live);
  const [shown, setShown] = useState(PAGE);
  // Omit live calls before the oldest loaded entry, because other calls of that time are not loaded yet. An entry exists if a
  // next page exists.
  const from = log.next === undefined ? 0 : Date.parse(log.entries.at(-1)?.at ?? '');
  const calls = merged(live, log.entries, from).filter(matcherOf(filter));
  const visible = calls.slice(0, shown);
  const now = useNow(visible.some(({ outcome }) => outcome === 'running') ? 250 : 5000);
  useCosts(visible.filter(({ nanoUsd }) => nanoUsd === undefined));
  const change = (next: Filter): void => {
    // Replace the address, because otherwise each letter of the search would add a step to the browser's history.
    history.replaceState(null, '', addressOf(next));
    dispatchEvent(new HashChangeEvent('hashchange'));
    setShown(PAGE);
  };
  const older = (): void => {
    setShown(shown + PAGE);
    if (calls.length < shown + PAGE) log.loadOlder();
  };
  return (
    <div class={selected === '' ? 'split' : 'split chosen'}>
      <section class="side" aria-label="Calls">
        <h2 class="unseen">Calls</h2>
        <FilterBar choices={choices} filter={filter} onChange={change} />
        <SummaryStrip calls={calls} now={now} />
        {log.error !== undefined && <p role="alert">{log.error}</p>}
        <div class="list">
          {calls.length === 0 ? (
            <Empty isFiltered={addressOf(filter) !== '#/calls'} />
          ) : (
            <CallTable calls={visible} filter={filter} selected={selected} now={now} />
          )}
          {(calls.length > shown || log.next !== undefined) && (
            <button type="button" class="older" onClick={older}>
              Older
            </button>
          )}
        </div>
      </section>
      {selected !== '' && (
        <section class="detail" aria-label="The selected call" tabIndex={-1} id="detail">
          <Detail
            key={selected}
            id={selected}
            listed={calls.find(({ id }) => id === selected) ?? live.find(({ id }) => id === selected)}
            hasLog={hasLog}
            filter={filter}
            now={now}
          />
        </section>
      )}
    </div>
  );
}

interface DetailProps {
  readonly id: string;
  readonly listed: ListedCall | undefined;
  readonly hasLog: boolean;
  readonly filter: Filter;
  readonly now: number;
}

/** Details of one call. Loads the call's entry if the call log exists, because the list contains no content. */
function Detail({ id, listed, hasLog, filter, now }: DetailProps): JSX.Element {
  const isLogged = hasLog && listed?.outcome !== 'running';
  const { value, error } = useLoaded<{ readonly call: Entry }>(
    isLogged ? `api/v1/calls/${encodeURIComponent(id)}` : undefined,
  );
  // The list has precedence, because it is live. Members that it lacks come from the entry.
  const call = value === undefined ? listed : { ...fromEntry(value.call), ...withoutUndefined(listed) };
  if (call !== undefined) return <CallDetail call={call} filter={filter} now={now} />;
  return (
    <p class="hint">
      {isLogged && error === undefined ? 'Loading …' : 'This call is no longer stored.'}{' '}
      <a href={addressOf(filter)}>All calls</a>
    </p>
  );
}

const withoutUndefined = (call: object = {}): object =>
  Object.fromEntries(Object.entries(call).filter(([, value]) => value !== undefined));

const Empty = ({ isFiltered }: { readonly isFiltered: boolean }): JSX.Element => (
  <div class="empty">
    <p>
      <strong>{isFiltered ? 'No call matches the filter.' : 'No call yet.'}</strong>
    </p>
    {!isFiltered && <p>Calls appear here when they start.</p>}
  </div>
);
