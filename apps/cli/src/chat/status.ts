import type { CallEvent } from '@majordomo/core';
import type { Output } from '../io.ts';
import { painter, printable } from '../paint.ts';

/** A line at the bottom that says whom we are waiting for; it is gone before anything else is written. */
export interface Status {
  readonly onEvent: (event: CallEvent) => void;
  readonly clear: () => void;
}

const TICK_MS = 200;
const ERASE = '\r\u001B[K';

/** Shown only where it can be taken away again: on terminals that know escape sequences. */
export function createStatus(output: Output): Status {
  if (!output.colour) return { onEvent: () => undefined, clear: () => undefined };
  const paint = painter(output);
  let ticking: NodeJS.Timeout | undefined;
  /** Does the current line hold a piece of an answer? */
  let isShown = false;
  const clear = (): void => {
    if (ticking === undefined) return;
    clearInterval(ticking);
    ticking = undefined;
    output.write(ERASE);
  };
  const say = (text: string): void => {
    clear();
    const from = performance.now();
    const draw = (): void => {
      const seconds = Math.floor((performance.now() - from) / 1000);
      // A line that wraps could not be erased.
      const line = printable(seconds === 0 ? `${text} …` : `${text} … ${seconds} s`).slice(0, 78);
      output.write(ERASE + paint('dim', line));
    };
    ticking = setInterval(draw, TICK_MS);
    draw();
  };
  return {
    clear,
    onEvent(event) {
      if (event.type === 'committed') isShown = true;
      if (event.type === 'attempt-start') {
        isShown = false;
        say(event.target);
      }
      if (event.type === 'attempt-failed' && !isShown) say(`${event.target}: ${event.error.kind}`);
      if (event.type === 'committed' || event.type === 'call-end') clear();
    },
  };
}
