import type { Style } from '../terminal/paint.ts';

/** Text with styles. */
export interface Span {
  readonly text: string;
  readonly styles: readonly Style[];
}

/** Returns a text without styles. */
export const plainSpan = (text: string): Span => ({ text, styles: [] });
