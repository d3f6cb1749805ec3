import { escaped, plainLine } from '@majordomo/evals/internal';
import type { Interval } from '../statistics/unit.ts';
import { joinUnits } from './figures.ts';

/** Interval of a plot, with its text. */
export interface PlotRow {
  readonly title: string;
  /** Value and interval in figures, as the text alternative of the picture. */
  readonly text: string;
  readonly interval: Interval;
  readonly tone: 'good' | 'bad' | 'plain';
}

export interface Plot {
  readonly title: string;
  /** Meaning of the picture and of its lines. */
  readonly caption: string;
  readonly rows: readonly PlotRow[];
  /** Value of the neutral line, such as 1 for a ratio. */
  readonly guide: number;
  /** Bound of a rule. */
  readonly bound?: number | undefined;
  /** Whether each value is a bar from 0. */
  readonly hasBars: boolean;
  readonly format: (value: number) => string;
}

/** Range of the values of a plot. */
interface Scale {
  readonly low: number;
  readonly high: number;
}

/** Renders a plot as rows of text with pictures, whose positions are percentages, so that text has the same size on each screen. */
export function plotHtml(plot: Plot): string {
  const { title, caption, rows } = plot;
  const scale = scaleOf(plot);
  return [
    '<figure>',
    `<figcaption><h3>${escaped(title)}</h3><span class="muted">${escaped(caption)}</span></figcaption>`,
    '<ul>',
    ...rows.map((row) => rowHtml(row, plot, scale)),
    '</ul>',
    `<div class="row" aria-hidden="true"><div class="axis"><svg>${axis(plot, scale)}</svg></div></div>`,
    '</figure>',
  ].join('\n');
}

function scaleOf({ rows, guide, bound = guide, hasBars }: Plot): Scale {
  const values = [
    guide,
    bound,
    ...rows.flatMap(({ interval }) => [interval.low, interval.high, interval.value]),
  ];
  const [low, high] = [Math.min(...values, hasBars ? 0 : Infinity), Math.max(...values)];
  const margin = (high - low) * 0.05 || 1;
  return { low: hasBars ? 0 : low - margin, high: high + margin };
}

/** Returns the position of a value in percent of the width. */
const at = (value: number, { low, high }: Scale): string =>
  `${((100 * (value - low)) / (high - low)).toFixed(2)}%`;

function rowHtml({ title, text, interval, tone }: PlotRow, plot: Plot, scale: Scale): string {
  const name = escaped(plainLine(title, 120));
  const { value, low, high } = interval;
  const line = (position: number, kind: string): string =>
    `<line class="${kind}" x1="${at(position, scale)}" x2="${at(position, scale)}" y1="0" y2="100%"/>`;
  const bar = `<rect x="0" width="${at(value, scale)}" y="25%" height="50%" opacity="0.35"/>`;
  const picture = [
    line(plot.guide, 'guide'),
    plot.bound === undefined ? '' : line(plot.bound, 'bound'),
    plot.hasBars ? bar : '',
    `<line class="interval" x1="${at(low, scale)}" x2="${at(high, scale)}" y1="50%" y2="50%"/>`,
    `<circle cx="${at(value, scale)}" cy="50%" r="5"/>`,
  ].join('');
  return [
    `<li class="row ${tone}"><span>${name}</span><span>${escaped(joinUnits(text))}</span>`,
    `<svg role="img" aria-label="${name}: ${escaped(text)}">${picture}</svg></li>`,
  ].join('\n');
}

const TICKS = 4;

/** Renders round values below the rows. */
function axis({ format }: Plot, scale: Scale): string {
  const step = roundStep((scale.high - scale.low) / TICKS);
  const first = Math.ceil(scale.low / step);
  const last = Math.floor(scale.high / step);
  return Array.from({ length: last - first + 1 }, (_, tick) => {
    const value = (first + tick) * step;
    const share = (value - scale.low) / (scale.high - scale.low);
    // Text at an end of the picture would leave it.
    const middle = share > 0.95 ? 'end' : 'middle';
    const anchor = share < 0.05 ? 'start' : middle;
    const x = at(value, scale);
    return `<line class="guide" x1="${x}" x2="${x}" y1="0" y2="20%"/><text x="${x}" y="75%" text-anchor="${anchor}">${escaped(format(value))}</text>`;
  }).join('');
}

/** Rounds up to 1, 2 or 5 times a power of 10. */
function roundStep(step: number): number {
  const power = 10 ** Math.floor(Math.log10(step));
  return power * ([1, 2, 5].find((factor) => factor * power >= step) ?? 10);
}
