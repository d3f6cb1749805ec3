import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import type { FeedCall } from '../feed-types.ts';
import { count, duration } from './format.ts';
import { slices, summaryOf, type Slice } from './summary.ts';

const SLICES = 60;
const WIDTH = 4;
const HEIGHT = 32;

/** Summary of the calls that are loaded and match the filter, and their distribution over time. */
export function SummaryStrip({
  calls,
  now,
}: {
  readonly calls: readonly FeedCall[];
  readonly now: number;
}): JSX.Element {
  const summary = useMemo(() => summaryOf(calls), [calls]);
  // The columns move every 5 seconds, not with each change of `now`.
  const over = useMemo(() => slices(calls, now, SLICES), [calls, Math.floor(now / 5000)]);
  return (
    <div class="summary">
      <dl>
        <Figure name="listed" value={count(summary.calls)} />
        <Figure name="answered" value={summary.finished === undefined ? '–' : percent(summary.finished)} />
        <Figure name="failed over" value={count(summary.failedOver)} />
        <Figure name="failed" value={count(summary.failed)} tone={summary.failed > 0 ? 'bad' : undefined} />
        <Figure name="median" value={summary.p50Ms === undefined ? '–' : duration(summary.p50Ms)} />
      </dl>
      <Activity over={over} />
    </div>
  );
}

interface FigureProps {
  readonly name: string;
  readonly value: string;
  readonly tone?: string | undefined;
}

const Figure = ({ name, value, tone = '' }: FigureProps): JSX.Element => (
  <div class={`figure ${tone}`}>
    <dt>{name}</dt>
    <dd>{value}</dd>
  </div>
);

const percent = (share: number): string =>
  share === 1 ? '100 %' : `${(Math.floor(share * 1000) / 10).toFixed(1)} %`;

/** Columns with the number of calls in each period. The adjacent numbers summarize the same data as text. */
function Activity({ over }: { readonly over: readonly Slice[] }): JSX.Element {
  const most = Math.max(1, ...over.map(({ finished, failedOver, failed }) => finished + failedOver + failed));
  const high = (calls: number): number => (calls === 0 ? 0 : Math.max(1.5, (calls / most) * HEIGHT));
  return (
    <svg
      class="activity"
      viewBox={`0 0 ${SLICES * WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label="Calls over time"
    >
      {over.map(({ finished, failedOver, failed }, at) => {
        const parts = [high(finished), high(failedOver), high(failed)];
        return parts.map((height, part) => {
          const below = parts.slice(0, part).reduce((sum, each) => sum + each, 0);
          return height === 0 ? null : (
            <rect
              key={part}
              class={['finished', 'over', 'failed'][part]}
              x={at * WIDTH}
              y={HEIGHT - below - height}
              width={WIDTH - 1}
              height={height}
            />
          );
        });
      })}
    </svg>
  );
}
