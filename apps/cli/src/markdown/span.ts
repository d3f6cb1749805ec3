import type { Style } from '../paint.ts';

/** A piece of text with how it looks. */
export interface Span {
  readonly text: string;
  readonly styles: readonly Style[];
}

/** A piece of text as it is. */
export const plainSpan = (text: string): Span => ({ text, styles: [] });
