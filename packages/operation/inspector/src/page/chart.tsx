import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { FeedSpending } from '../feed-types.ts';
import { usd } from './format.ts';
import { marks } from './scale.ts';
import { stacked, wallClock, type Stacks } from './steps.ts';

const COLOURS = 6;
/** Width of a column, including 14% of free space on each side, and height of the chart, in units of its view box. */
const WIDTH = 10;
const HEIGHT = 200;
const MARKS = 4;

/** Color of a row. The seventh and all later rows share one color. */
export const colorAt = (index: number): string => `var(--series-${Math.min(index, COLOURS)})`;

interface ChartProps {
  readonly spending: FeedSpending;
  readonly step: 'hour' | 'day';
  readonly steps: number;
}

/** Chart with a column of spending for each period. The table below contains the same amounts as text. */
export function Chart({ spending, step, steps }: ChartProps): JSX.Element {
  const [at, setAt] = useState<number | undefined>(undefined);
  const stacks = stacked(spending, step, steps, wallClock(new Date(), step), COLOURS);
  const { series } = stacks;
  // The heights of the first series are the totals, because each series includes the following ones.
  const most = Math.max(1, ...(series[0] ?? []));
  const y = (nanoUsd: number): number => HEIGHT * (1 - nanoUsd / most);
  const width = stacks.at.length * WIDTH;
  return (
    <figure class="chart">
      <figcaption aria-hidden="true">{caption(stacks, at, step)}</figcaption>
      <div class="plot">
        {marks(most, MARKS).map((mark) => (
          <span key={mark} class="tick" style={{ bottom: `${(mark / most) * 100}%` }} aria-hidden="true">
            {usd(String(mark))}
          </span>
        ))}
        <svg
          viewBox={`0 0 ${width} ${HEIGHT}`}
          preserveAspectRatio="none"
          role="img"
          aria-label="Spending over time; the table below contains the figures"
          onPointerLeave={() => setAt(undefined)}
        >
          {series.flatMap((heights, index) =>
            heights.map((nanoUsd, column) => (
              <rect
                key={`${index} ${column}`}
                x={(column + 0.14) * WIDTH}
                y={y(nanoUsd)}
                width={0.72 * WIDTH}
                height={HEIGHT - y(nanoUsd)}
                style={{ fill: colorAt(index) }}
              />
            )),
          )}
          {stacks.at.map((time, column) => (
            <rect
              key={time}
              class={column === at ? 'column pointed' : 'column'}
              x={column * WIDTH}
              width={WIDTH}
              height={HEIGHT}
              onPointerEnter={() => setAt(column)}
            />
          ))}
        </svg>
      </div>
      <p class="soft axis-labels" aria-hidden="true">
        {labeled(stacks.at).map((time) => (
          <span key={time}>{LABELS[step].format(time)}</span>
        ))}
      </p>
    </figure>
  );
}

const utc = (options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat =>
  new Intl.DateTimeFormat(undefined, { ...options, timeZone: 'UTC', hourCycle: 'h23' });

const LABELS = {
  hour: utc({ hour: '2-digit', minute: '2-digit' }),
  day: utc({ day: 'numeric', month: 'short' }),
};

/** Returns the first, middle and last time, whose labels are below the chart. */
const labeled = (times: readonly number[]): readonly number[] =>
  times.filter((_, index) => [0, (times.length - 1) >> 1, times.length - 1].includes(index));

function caption({ at, series }: Stacks, index: number | undefined, step: 'hour' | 'day'): string {
  const total = series[0] ?? [];
  const time = index === undefined ? undefined : at[index];
  if (index === undefined || time === undefined)
    return `${usd(String(total.reduce((sum, each) => sum + each, 0)))} in all`;
  return `${LABELS[step].format(time)}: ${usd(String(total[index] ?? 0))}`;
}
