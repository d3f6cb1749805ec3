import type { CallEvent } from '@majordomo/core';
import type { Output } from '../io.ts';
import { painter, printable } from '../paint.ts';

/** A line at the bottom that says whom we are waiting for; it is gone before anything else is written. */
export interface Status {
  readonly onEvent: (event: CallEvent) => void;
  /** Takes the line away until its next tick: something is written now. */
  readonly hide: () => void;
  readonly clear: () => void;
}

const TICK_MS = 200;
const ERASE = '\r\u001B[K';

/**
 * Shown only where it can be taken away again, on terminals that know escape sequences; and never on a line that holds
 * a piece of an answer, which is there until the reader has heard that it is void.
 */
export function createStatus(output: Output, isFresh: () => boolean = () => true): Status {
  if (!output.canErase) return { onEvent: () => undefined, hide: () => undefined, clear: () => undefined };
  const paint = painter(output);
  let ticking: NodeJS.Timeout | undefined;
  let isDrawn = false;
  const hide = (): void => {
    if (isDrawn) output.write(ERASE);
    isDrawn = false;
  };
  const clear = (): void => {
    clearInterval(ticking);
    hide();
  };
  const say = (text: string): void => {
    clear();
    const from = performance.now();
    const draw = (): void => {
      if (!isFresh()) return;
      const seconds = Math.floor((performance.now() - from) / 1000);
      // A line that wraps could not be erased.
      const line = printable(seconds === 0 ? `${text} …` : `${text} … ${seconds} s`).slice(
        0,
        output.columns - 2,
      );
      output.write(ERASE + paint('dim', line));
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
