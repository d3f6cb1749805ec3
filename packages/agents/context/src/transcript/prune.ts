import type {
  AssistantMessage,
  AssistantPart,
  CallPart,
  Message,
  ResultPart,
  UserPart,
} from '@majordomo/core';
import { vendorResultPieces, withResultContent } from '@majordomo/core/toolkit';
import { cutEnd, cutMiddle } from './cut-middle.ts';
import { callsOf } from './groups.ts';
import { shrinkArgs } from './shrink-args.ts';

/** Maximum length of a result that is not replaced, in characters. */
const MAX_RESULT_LENGTH = 200;
/** Length of the start of a result, and of arguments, in the line that replaces the result, in characters. */
const EXCERPT_LENGTH = 120;
/** Length of the start of a long result in the last message, in characters. */
const HEAD_LENGTH = 4000;
/** Length of its end. */
const TAIL_LENGTH = 1500;

/**
 * Returns shorter messages. Replaces long tool results with one line, or with an excerpt in the last message, whose results the
 * model has not read yet. Replaces images and files with placeholders, except in the results of the last message. Cuts long
 * argument strings. The message `keep` stays unchanged.
 */
export function prune(messages: readonly Message[], keep: Message | undefined): readonly Message[] {
  const calls = new Map(messages.flatMap(callsOf).map((call) => [call.id, call]));
  const lastByText = lastIndexByText(messages);
  return messages.map((message, at) => {
    if (message === keep) return message;
    switch (message.role) {
      case 'tool':
        return unchangedOr(message, {
          role: 'tool',
          parts: message.parts.map((part) => {
            if (at === messages.length - 1) return excerpt(part);
            const comesAgain = isTextOnly(part) && lastByText.get(textOf(part)) !== at;
            return prunedResult(part, calls.get(part.callId), comesAgain);
          }),
        });
      case 'user':
        return unchangedOr(message, { role: 'user', parts: message.parts.map(placeholder) });
      case 'assistant':
        return prunedTurn(message);
      case 'system':
        return message;
    }
  });
}

function excerpt(part: ResultPart): ResultPart {
  const cut = part.content.map((piece) =>
    piece.type !== 'text' || piece.text.length <= HEAD_LENGTH + TAIL_LENGTH
      ? piece
      : {
          type: piece.type,
          text: cutMiddle(
            piece.text,
            HEAD_LENGTH,
            TAIL_LENGTH,
            (left) => `\n[… ${left} characters left out …]\n`,
          ),
        },
  );
  return cut.every((piece, at) => piece === part.content[at]) ? part : withResultContent(part, cut);
}

const unchangedOr = <M extends Message>(before: M, after: M): M =>
  after.parts.every((part, at) => part === before.parts[at]) ? before : after;

/** Whether a result has no images and no documents, in which results with the same text may differ. */
const isTextOnly = ({ content }: ResultPart): boolean => content.every(({ type }) => type === 'text');

/** Returns the index of the last message that contains a result with only this text, by text. */
const lastIndexByText = (messages: readonly Message[]): ReadonlyMap<string, number> =>
  new Map(
    messages.flatMap((message, at) =>
      message.role === 'tool'
        ? message.parts.filter(isTextOnly).map((part) => [textOf(part), at] as const)
        : [],
    ),
  );

export const textOf = (part: ResultPart): string =>
  (part.type === 'vendor-result' ? vendorResultPieces(part) : part.content)
    .flatMap((part) => (part.type === 'text' ? part.text : []))
    .join('\n');

function prunedResult(part: ResultPart, call: CallPart | undefined, comesAgain: boolean): ResultPart {
  const isLong = textOf(part).length > MAX_RESULT_LENGTH || part.content.some(({ type }) => type !== 'text');
  if (!isLong) return part;
  return withResultContent(part, [{ type: 'text', text: resultLine(part, call, comesAgain) }]);
}

/** Returns the numbers of images and documents in a result as text, or `''` if the result has none. */
export function mediaOf({ content }: ResultPart): string {
  const count = (type: string): number => content.filter((part) => part.type === type).length;
  const images = count('image');
  const documents = count('file');
  return [
    ...(images === 0 ? [] : [`${images} pictures`]),
    ...(documents === 0 ? [] : [`${documents} documents`]),
  ].join(', ');
}

export function resultLine(part: ResultPart, call: CallPart | undefined, comesAgain: boolean): string {
  const text = textOf(part);
  const media = mediaOf(part);
  const callText =
    call === undefined
      ? part.name
      : `${part.name}(${cutEnd(JSON.stringify(shrinkArgs(call.args)), EXCERPT_LENGTH)})`;
  const size = [
    ...(text === '' ? [] : [`${text.split('\n').length} lines, ${text.length} characters`]),
    ...(media === '' ? [] : [media]),
  ].join(', ');
  if (comesAgain) return `[left out: ${callText} gave the same as a later result, ${size}]`;
  const failed = part.isError === true ? 'failed' : 'gave';
  return `[left out: ${callText} ${failed} ${size}: ${cutEnd(text.replaceAll(/\s+/g, ' ').trim(), EXCERPT_LENGTH)}]`;
}

/** Returns a text part that describes media or a file. Returns text parts unchanged. */
export function placeholder(part: UserPart): UserPart {
  if (part.type === 'text') return part;
  const name = 'name' in part && part.name !== undefined ? ` ${part.name}` : '';
  const kind = part.type === 'blob' ? 'file' : part.type;
  return { type: 'text', text: `[${kind}${name}, ${part.mediaType}, left out]` };
}

/**
 * Shortens the arguments of a turn's calls. A changed turn has only its text and its calls, without signatures, which are valid only
 * for the unchanged turn.
 */
function prunedTurn(message: AssistantMessage): AssistantMessage {
  const parts = message.parts.map((part) => {
    if (part.type !== 'tool-call') return part;
    const args = shrinkArgs(part.args);
    return args === part.args ? part : { ...part, args };
  });
  if (parts.every((part, at) => part === message.parts[at])) return message;
  const unsigned = parts.flatMap((part): AssistantPart[] => {
    // A vendor call without its token would be text, and its result is valid only with the call.
    if (part.type === 'vendor-call') return [part];
    if (part.type !== 'text' && part.type !== 'tool-call') return [];
    const { replay: _signature, ...rest } = part;
    return [rest];
  });
  return { role: 'assistant', parts: unsigned };
}
