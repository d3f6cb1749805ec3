import type { StreamEvent } from '@majordomo/core';
import { createFolding } from '../fold.ts';
import type { Output } from '../io.ts';
import { painter, printable, type Paint } from '../paint.ts';

/** Shows an answer as it comes. */
export interface Renderer {
  readonly show: (event: StreamEvent) => void;
  /** Is there nothing on the current line? */
  readonly isFresh: () => boolean;
  /** Ends the line of an answer that broke off. */
  readonly end: () => void;
}

const plain: Paint = (_style, text) => text;

/** Reasoning is dimmed, tool calls are named, a new start is said; lines break between words where they can be told to. */
export function createRenderer(output: Output): Renderer {
  const paint = painter(output);
  const folding = createFolding(output.canErase ? output.columns : Infinity);
  let open: 'reasoning' | 'text' | undefined;
  const write = (text: string, style = plain): void =>
    output.write(style('dim', folding.feed(printable(text))));
  const endLine = (): void => {
    if (folding.column > 0) write('\n');
  };
  const turnTo = (next: typeof open): void => {
    if (open !== undefined && open !== next) {
      endLine();
      if (next !== undefined) write('\n');
    }
    open = next;
  };
  const line = (style: 'cyan' | 'yellow', text: string): void => {
    turnTo(undefined);
    endLine();
    write(text, (_dim, folded) => paint(style, folded));
    write('\n');
  };
  const show = (event: StreamEvent): void => {
    switch (event.type) {
      case 'reasoning-delta':
        turnTo('reasoning');
        write(event.text, paint);
        break;
      case 'text-delta':
        turnTo('text');
        write(event.text);
        break;
      case 'part-end':
        if (event.part.type !== 'tool-call') break;
        line('cyan', `→ ${event.part.name}(${JSON.stringify(event.part.args)})`);
        break;
      case 'reset':
        line('yellow', `(${event.target} broke off: ${event.error.kind}; the answer starts over)`);
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
  return { show, isFresh: () => folding.column === 0, end: () => turnTo(undefined) };
}
