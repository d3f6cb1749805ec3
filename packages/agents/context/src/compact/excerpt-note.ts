import type { Message } from '@majordomo/core';
import type { Redactor } from '@majordomo/redact';
import { cutMiddle } from '../transcript/cut-middle.ts';
import { redactMessages } from './redact-messages.ts';
import { MIN_DETAIL, render } from './render.ts';

const MAX_CHARACTERS = 8000;
/** Shares of the room for the start and the end of the new turns. The rest is for the marker between them. */
const HEAD_SHARE = 0.3;
const TAIL_SHARE = 0.6;

/** Returns excerpts of the earlier summary and of the new turns. They replace a summary that the summarizer could not write. */
export function excerptNote(
  fresh: readonly Message[],
  previous: string | undefined,
  redactor: Redactor,
): string {
  const lines = render(redactMessages(fresh, redactor), MIN_DETAIL).join('\n');
  const room = MAX_CHARACTERS - Math.min(previous?.length ?? 0, MAX_CHARACTERS / 2);
  const excerpt = cutMiddle(lines, Math.floor(room * HEAD_SHARE), Math.floor(room * TAIL_SHARE));
  const before =
    previous === undefined
      ? []
      : [cutMiddle(redactor.text(previous), MAX_CHARACTERS / 4, MAX_CHARACTERS / 5, () => '\n[…]\n')];
  return [...before, `No summary could be written. These are excerpts:\n${excerpt}`].join('\n\n');
}
