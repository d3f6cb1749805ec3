import type { Message, ResultPart } from '@majordomo/core';
import { cutMiddle } from '../transcript/cut-middle.ts';
import { callsOf } from '../transcript/groups.ts';
import { mediaOf, placeholder, resultLine, textOf } from '../transcript/prune.ts';
import { shrinkArgs } from '../transcript/shrink-args.ts';

/** Maximum number of characters that a summarizer reads from the start and the end of each message part. */
export interface Detail {
  readonly text: CutLengths;
  readonly args: CutLengths;
  /** `undefined`: one line that describes the result. */
  readonly result: CutLengths | undefined;
}

type CutLengths = readonly [head: number, tail: number];

/** Lowest level of detail. */
export const MIN_DETAIL: Detail = { text: [600, 200], args: [150, 50], result: undefined };

/** Levels of detail, from the highest to the lowest. */
export const DETAILS: readonly Detail[] = [
  { text: [4000, 1500], args: [1000, 500], result: [4000, 1500] },
  { text: [2000, 800], args: [400, 100], result: [700, 300] },
  MIN_DETAIL,
];

/** Minimum length of a result that is omitted because a later result is equal, in characters. */
const WORTH_REFERENCE = 200;

/** Renders a transcript as text items. Omits system messages, reasoning and vendors' parts. */
export function render(messages: readonly Message[], detail: Detail): readonly string[] {
  const calls = new Map(messages.flatMap(callsOf).map((call) => [call.id, call]));
  const last = new Map<string, ResultPart>();
  for (const message of messages)
    if (message.role === 'tool') for (const part of message.parts) last.set(textOf(part), part);
  const result = (part: ResultPart): string => {
    const text = textOf(part);
    const comesAgain = text.length >= WORTH_REFERENCE && last.get(text) !== part;
    if (comesAgain || detail.result === undefined)
      return resultLine(part, calls.get(part.callId), comesAgain);
    const media = mediaOf(part);
    const note = media === '' ? '' : ` [with ${media}]`;
    return `${part.name} ${part.isError === true ? 'failed' : 'gave'}${note}: ${cut(text, detail.result)}`;
  };
  return messages.flatMap((message) => {
    switch (message.role) {
      case 'system':
        return [];
      case 'tool':
        return message.parts.map(result);
      case 'user':
        return [
          `user: ${cut(message.parts.map((part) => partText(placeholder(part))).join('\n'), detail.text)}`,
        ];
      case 'assistant':
        return message.parts.flatMap((part) => {
          if (part.type === 'text') return [`assistant: ${cut(part.text, detail.text)}`];
          if (part.type === 'reasoning' || part.type === 'vendor') return [];
          if (part.type === 'image' || part.type === 'audio')
            return [`assistant: ${partText(placeholder(part))}`];
          return [`assistant calls ${part.name}: ${cut(JSON.stringify(shrinkArgs(part.args)), detail.args)}`];
        });
    }
  });
}

const cut = (text: string, [head, tail]: CutLengths): string => cutMiddle(text, head, tail);

const partText = (part: { readonly type: string; readonly text?: string }): string => part.text ?? '';
