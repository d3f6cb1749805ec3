import type { CallEvent } from '@majordomo/core';
import { drawProgress, eraseLine } from '../terminal/bar.ts';
import type { Output } from '../program/io.ts';
import { painter, printable } from '../terminal/paint.ts';

/** Status line at the bottom of the output. Callers hide the line before they write other text. */
export interface Status {
  readonly onEvent: (event: CallEvent) => void;
  /** Removes the line until its next update. */
  readonly hide: () => void;
  /** Removes the line and stops its updates. The next event can show it again. */
  readonly clear: () => void;
}

const TICK_MS = 200;

/** Creates a status line. The line is drawn only on terminals that can erase lines, and only if `isFresh` returns `true`. */
export function createStatus(output: Output, isFresh: () => boolean = () => true): Status {
  if (!output.canErase) return { onEvent: () => undefined, hide: () => undefined, clear: () => undefined };
  const paint = painter(output);
  let ticking: NodeJS.Timeout | undefined;
  let isDrawn = false;
  const hide = (): void => {
    if (isDrawn) eraseLine(output);
    isDrawn = false;
  };
  const clear = (): void => {
    clearInterval(ticking);
    hide();
  };
  const say = (text: string): void => {
    clear();
    const startedAt = performance.now();
    const draw = (): void => {
      if (!isFresh()) return;
      const seconds = Math.floor((performance.now() - startedAt) / 1000);
      // Cut the line before the terminal wraps it, because only one line of the terminal is erased.
      const line = printable(seconds === 0 ? `${text} …` : `${text} … ${seconds} s`).slice(
        0,
        output.columns - 2,
      );
      drawProgress(output, undefined, paint('dim', line));
      isDrawn = true;
    };
    ticking = setInterval(draw, TICK_MS);
    draw();
  };
  return {
    hide,
    clear,
    onEvent(event) {
      if (event.type === 'attempt-start') say(event.target);
      if (event.type === 'attempt-failed') say(`${event.target}: ${event.error.kind}`);
      if (event.type === 'committed' || event.type === 'call-end') clear();
    },
  };
}
