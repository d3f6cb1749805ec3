import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import uPlot from 'uplot';
import type { FeedSpending } from '../feed-types.ts';
import { usd } from './format.ts';
import { stacked, wallClock, type Stacks } from './steps.ts';

const COLOURS = 6;
const HEIGHT = 240;

/** Color of a row. The seventh and all later rows share one color. */
export const colorAt = (index: number): string => `var(--series-${Math.min(index, COLOURS)})`;

interface ChartProps {
  readonly spending: FeedSpending;
  readonly step: 'hour' | 'day';
  readonly steps: number;
}

/** Chart with a column of spending for each period. The table below contains the same amounts as text. */
export function Chart({ spending, step, steps }: ChartProps): JSX.Element {
  const place = useRef<HTMLDivElement>(null);
  const [at, setAt] = useState<number | undefined>(undefined);
  const stacks = stacked(spending, step, steps, wallClock(new Date(), step), COLOURS);
  const dark = useDark();
  const key = JSON.stringify([stacks, dark]);
  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const plot = new uPlot(
      optionsOf(stacks, element, step, setAt),
      [[...stacks.at], ...stacks.series.map(({ height }) => [...height])],
      element,
    );
    const observer = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height: HEIGHT }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      plot.destroy();
    };
  }, [key]);
  return (
    <figure class="chart">
      <figcaption aria-hidden="true">{caption(stacks, at, step)}</figcaption>
      <div ref={place} role="img" aria-label="Spending over time; the table below contains the figures" />
    </figure>
  );
}

/** Whether dark mode is active. The canvas ignores custom properties, so the chart is drawn again when the mode changes. */
function useDark(): boolean {
  const query = matchMedia('(prefers-color-scheme: dark)');
  const [dark, setDark] = useState(query.matches);
  useEffect(() => {
    const changed = (): void => setDark(query.matches);
    query.addEventListener('change', changed);
    return () => query.removeEventListener('change', changed);
  }, []);
  return dark;
}

const utc = (options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat =>
  new Intl.DateTimeFormat(undefined, { ...options, timeZone: 'UTC', hourCycle: 'h23' });
const LABELS = {
  hour: utc({ hour: '2-digit', minute: '2-digit' }),
  day: utc({ day: 'numeric', month: 'short' }),
};

function caption({ at, series }: Stacks, index: number | undefined, step: 'hour' | 'day'): string {
  const dollars = (value: number): string => usd(String(Math.round(value * 1e9)));
  const whole = series[0]?.height ?? [];
  const when = index === undefined ? undefined : at[index];
  if (index === undefined || when === undefined)
    return `${dollars(whole.reduce((sum, each) => sum + each, 0))} in all`;
  return `${LABELS[step].format(when * 1000)}: ${dollars(whole[index] ?? 0)}`;
}

function optionsOf(
  { series }: Stacks,
  element: HTMLElement,
  step: 'hour' | 'day',
  onCursor: (at: number | undefined) => void,
): uPlot.Options {
  const style = getComputedStyle(element);
  const colour = (name: string): string => style.getPropertyValue(name).trim();
  const axis = {
    stroke: colour('--soft'),
    grid: { stroke: colour('--line'), width: 1 },
    ticks: { show: false },
    font: '12px system-ui',
  };
  const half = step === 'hour' ? 1800 : 43_200;
  const bars = uPlot.paths.bars?.({ size: [0.72, 56], radius: 0.12 });
  return {
    width: element.clientWidth,
    height: HEIGHT,
    legend: { show: false },
    cursor: { y: false, points: { show: false }, drag: { x: false, y: false } },
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), 'Etc/UTC'),
    scales: {
      x: { range: (_, first, last) => [first - half, last + half] },
      y: { range: (_, __, most) => [0, most > 0 ? most * 1.1 : 1] },
    },
    axes: [
      {
        ...axis,
        size: 30,
        grid: { show: false },
        values: (_, at) => at.map((each) => LABELS[step].format(each * 1000)),
      },
      { ...axis, size: 72, values: (_, at) => at.map((each) => usd(String(Math.round(each * 1e9)))) },
    ],
    series: [
      {},
      ...series.map((each, index) => ({
        label: each.name,
        fill: colour(`--series-${index}`),
        width: 0,
        points: { show: false },
        ...(bars !== undefined && { paths: bars }),
      })),
    ],
    hooks: { setCursor: [(plot) => onCursor(plot.cursor.idx ?? undefined)] },
  };
}
