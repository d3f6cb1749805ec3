import type { JSX } from 'preact';
import type { CallOutcome } from '../feed-types.ts';

const PATHS = {
  finished: 'M3.5 8.5l3 3 6-7',
  failed: 'M4.5 4.5l7 7m0-7l-7 7',
  abandoned: 'M4 8h8',
  skipped: 'M5 4l4 4-4 4M11 4v8',
  refused: 'M3.6 3.6l8.8 8.8M8 2.2a5.8 5.8 0 1 0 .01 0z',
  running: 'M8 2.5a5.5 5.5 0 1 1-5.5 5.5',
  over: 'M3 4v3a3 3 0 0 0 3 3h6m-3-3l3 3-3 3',
  back: 'M10 3L5 8l5 5',
} as const;

/** Icon without a text alternative, for use next to a text with the same meaning. */
export const Icon = ({ name }: { readonly name: keyof typeof PATHS }): JSX.Element => (
  <svg class={`icon ${name}`} viewBox="0 0 16 16" aria-hidden="true">
    <path d={PATHS[name]} />
  </svg>
);

/** Outcome as icon, color and text. */
export const Outcome = ({ outcome }: { readonly outcome: CallOutcome | 'skipped' }): JSX.Element => (
  <span class={`outcome ${outcome}`}>
    <Icon name={outcome} />
    <span class="unseen">{outcome}</span>
  </span>
);
