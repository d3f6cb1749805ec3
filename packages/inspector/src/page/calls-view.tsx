import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import { CallDetail } from './call-detail.tsx';
import { CallList } from './call-list.tsx';
import { FilterBar } from './filter-bar.tsx';
import { ALL, filtered } from './filter.ts';
import { useKnown, useNow } from './hooks.ts';
import { SummaryStrip } from './summary-strip.tsx';

/** List of calls next to the selected call. */
export function CallsView({ selected }: { readonly selected: string }): JSX.Element {
  const { calls } = useKnown();
  const [filter, setFilter] = useState(ALL);
  const listed = useMemo(() => filtered(calls, filter), [calls, filter]);
  const call = calls.find(({ id }) => id === selected);
  const isRunning = listed.some(({ outcome }) => outcome === 'running');
  const now = useNow(isRunning ? 250 : 5000);
  return (
    <div class={call === undefined ? 'split' : 'split chosen'}>
      <section class="side" aria-label="Calls">
        <SummaryStrip calls={listed} now={now} />
        <FilterBar calls={calls} filter={filter} onChange={setFilter} />
        {calls.length === 0 ? (
          <Empty />
        ) : (
          <CallList calls={listed} selected={selected} now={now} onSelect={choose} />
        )}
      </section>
      <section class="detail" aria-label="The selected call" tabIndex={-1} id="detail">
        {call === undefined ? (
          <p class="hint">
            {selected === ''
              ? 'Select a call to see its attempts, events, usage and errors.'
              : 'This call is no longer stored.'}
          </p>
        ) : (
          <CallDetail call={call} now={now} />
        )}
      </section>
    </div>
  );
}

function choose(id: string): void {
  // Replace the URL, because otherwise each selected call would add a step to the browser's history.
  if (location.hash.startsWith('#calls/')) history.replaceState(null, '', `#calls/${id}`);
  else history.pushState(null, '', `#calls/${id}`);
  dispatchEvent(new HashChangeEvent('hashchange'));
}

const Empty = (): JSX.Element => (
  <div class="empty">
    <p>
      <strong>No call yet.</strong>
    </p>
    <p>Calls appear here when they start.</p>
  </div>
);
