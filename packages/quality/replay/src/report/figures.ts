import { formatUsd } from '@majordomo/catalog';
import type { Estimate } from './report.ts';

/** Formats a share with one decimal, such as `96.1 %`. */
export const percent = (share: number): string => `${number(100 * share)} %`;

/** Formats a bound of a rule, such as `95 %`. */
export const boundText = (bound: number): string => `${Number((100 * bound).toFixed(2))} %`;

/** Formats a share with its half width, such as `96.1 % ± 0.7`. */
export function percentWithin({ value, low, high }: Estimate): string {
  return `${percent(value)} ± ${number(100 * Math.max(value - low, high - value))}`;
}

/** Formats the interval of a share, such as `95.4 and 96.8 %`. */
export const percentRange = ({ low, high }: Estimate, between = 'and'): string =>
  `${number(100 * low)} ${between} ${percent(high)}`;

/** Formats the change that a ratio means, such as `−41 %`. */
export const change = (ratio: number): string => `${signed(Math.round(100 * (ratio - 1)))} %`;

/** Formats a difference of times: milliseconds if it rounds to less than 1,000 of them, otherwise seconds. */
export function duration(ms: number): string {
  return Math.abs(ms) < 999.5 ? `${signed(Math.round(ms))} ms` : `${signed(Math.round(ms) / 1000, 1)} s`;
}

export const durationRange = ({ low, high }: Estimate): string => `${duration(low)} to ${duration(high)}`;

/** Formats an integer with separators of thousands. */
export const integer = (value: number): string =>
  `${Math.round(value)}`.replaceAll(/\B(?=(?:\d{3}){1,5}$)/g, ',');

/** Formats a number of things, such as `1,000 calls`. */
export const counted = (value: number, what: string): string =>
  `${integer(value)} ${what}${value === 1 ? '' : 's'}`;

export const usd = (nanoUsd: string): string => formatUsd(BigInt(nanoUsd));

/** Formats a number with a sign. A minus sign is as wide as a plus sign. */
export function signed(value: number, digits = 0): string {
  const text = Math.abs(value).toFixed(digits);
  if (Number(text) === 0) return text;
  return value < 0 ? `−${text}` : `+${text}`;
}

/** Formats a number with one decimal. A number that rounds to 0 has no sign. */
function number(value: number): string {
  const text = Math.abs(value).toFixed(1);
  return value < 0 && Number(text) !== 0 ? `−${text}` : text;
}

const SPACE_OF_UNIT = / (?=(?:%|±|ms|s)(?!\w))/g;
/** Space at which a line must not end. */
export const NO_BREAK = '\u00A0';

/** Replaces the spaces between numbers and their units, so that a line does not end there. */
export const joinUnits = (text: string): string => text.replaceAll(SPACE_OF_UNIT, NO_BREAK);
