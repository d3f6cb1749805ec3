import type { StreamEvent } from '@majordomo/core';
import { createLineWrapper } from '../terminal/wrap-text.ts';
import type { Output } from '../program/io.ts';
import type { MarkdownStream } from '../markdown/markdown-stream.ts';
import { painter, printable, type Paint, type Span } from '../terminal/paint.ts';

/** Functions that print an answer as it arrives. */
export interface Renderer {
  readonly show: (event: StreamEvent) => void;
  /** Whether the current line is empty. */
  readonly isFresh: () => boolean;
  /** Ends the line of an interrupted answer. */
  readonly end: () => void;
}

const plain: Paint = (_style, text) => text;

/** Function that creates a Markdown renderer for lines of `columns` cells. */
export type MarkdownFactory = (columns: number) => MarkdownStream;

/**
 * Creates a renderer that shows text, dimmed reasoning, tool calls, and restarts. Lines break between words. If
 * `createMarkdown` is not set, text is shown without Markdown styles.
 */
export function createRenderer(output: Output, createMarkdown?: MarkdownFactory): Renderer {
  const paint = painter(output);
  const folding = createLineWrapper(output.canErase ? output.columns : Infinity);
  let open: 'reasoning' | 'text' | undefined;
  let markdown: MarkdownStream | undefined;
  // `style` always receives `dim`. Only `paint` uses it, and the other functions ignore it and have a fixed style.
  const write = (text: string, style = plain): void =>
    output.write(style('dim', folding.feed(printable(text))));
  const endLine = (): void => {
    if (folding.column > 0) write('\n');
  };
  const answer = (text: string): void => {
    if (createMarkdown === undefined) {
      write(text);
      return;
    }
    markdown ??= createMarkdown(output.columns);
    // Remove control characters before parsing, because one inside a Markdown mark such as `**` would hide the mark.
    spans(markdown.feed(printable(text)));
  };
  const spans = (shown: readonly Span[]): void => {
    for (const { text, styles } of shown) write(text, (_dim, piece) => paint(styles, piece));
  };
  const turnTo = (next: typeof open): void => {
    if (open === 'text' && next !== 'text') {
      spans(markdown?.end() ?? []);
      markdown = undefined;
    }
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
        answer(event.text);
        break;
      case 'part-end':
        if (event.part.type !== 'tool-call' && event.part.type !== 'vendor-call') break;
        line('cyan', `→ ${event.part.name}(${JSON.stringify(event.part.args)})`);
        break;
      case 'reset':
        line('yellow', `(${event.target} failed: ${event.error.kind}; the answer starts over)`);
        break;
      case 'continued':
        line('yellow', `(${event.from} failed: ${event.error.kind}; ${event.target} starts again)`);
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
