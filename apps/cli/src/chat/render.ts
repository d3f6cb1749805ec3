import type { StreamEvent } from '@majordomo/core';
import type { Output } from '../io.ts';
import { painter, printable } from '../paint.ts';

/** Shows an answer as it comes: reasoning dimmed, tool calls named, a new start said. */
export function createRenderer(output: Output): (event: StreamEvent) => void {
  const paint = painter(output);
  let open: 'reasoning' | 'text' | undefined;
  const turnTo = (next: typeof open): void => {
    if (open !== undefined && open !== next) output.write(next === undefined ? '\n' : '\n\n');
    open = next;
  };
  return (event) => {
    switch (event.type) {
      case 'reasoning-delta':
        turnTo('reasoning');
        output.write(paint('dim', printable(event.text)));
        break;
      case 'text-delta':
        turnTo('text');
        output.write(printable(event.text));
        break;
      case 'part-end':
        if (event.part.type !== 'tool-call') break;
        turnTo(undefined);
        output.write(paint('cyan', printable(`→ ${event.part.name}(${JSON.stringify(event.part.args)})`)));
        output.write('\n');
        break;
      case 'reset':
        turnTo(undefined);
        output.write(paint('yellow', `(${event.target} broke off: ${event.error.kind}; from the start)`));
        output.write('\n');
        break;
      case 'finish':
        turnTo(undefined);
        break;
      case 'start':
      case 'part-start':
      case 'args-delta':
      case 'warning':
        break;
      default:
        event satisfies never;
    }
  };
}
