const NANO = 1_000_000_000;
const grouped = new Intl.NumberFormat('en');
const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });

/** Formats a duration: `840 ms`, `1.2 s`, `2 min 5 s`. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** Formats a future duration, rounded: `12 s`, `4 min`, `3 h`, `2 d`. */
export function rough(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  if (seconds < 100) return `${seconds} s`;
  if (seconds < 6000) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86_400)} d`;
}

/** Formats nano-USD with up to two decimals from one dollar on (`$12.3`), otherwise with two significant digits (`$0.0042`). */
export function usd(nanoUsd: string): string {
  const dollars = Number(nanoUsd) / NANO;
  if (dollars === 0) return '$0';
  if (Math.abs(dollars) >= 1) return `$${grouped.format(Number(dollars.toFixed(2)))}`;
  const digits = Math.min(9, 1 - Math.floor(Math.log10(Math.abs(dollars))));
  return `$${dollars.toFixed(Math.max(2, digits))}`;
}

export const count = (value: number): string => grouped.format(value);
export const tokens = (value: number): string =>
  value < 10_000 ? grouped.format(value) : compact.format(value);

const clock = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
});
const date = new Intl.DateTimeFormat(undefined, {
  month: 'short',
  day: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
});
export const time = (at: number): string => clock.format(at);
export const dateTime = (at: number): string => date.format(at);
