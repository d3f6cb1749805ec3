import type { ChatRequest, Message, Part } from '@majordomo/core';
import { plainLines } from '@majordomo/evals/internal';
import type { Answer, Pair } from '../traffic/answer.ts';
import { counted, integer } from './figures.ts';

/** Recorded call whose answers a page shows. */
export interface ReplayExample extends Pick<Pair, 'recorded' | 'candidate'> {
  readonly id: string;
  readonly request: ChatRequest;
}

/** Content with its title. */
export interface Content {
  readonly title: string;
  readonly text: string;
}

/** Content of an example. */
export interface ExampleContent {
  /** Recorded answer, and then the candidate's answer. */
  readonly answers: readonly Content[];
  readonly request: readonly Content[];
}

export const contentsOf = ({ request, recorded, candidate }: ReplayExample): ExampleContent => ({
  answers: [answerContent('Recorded answer', recorded), answerContent('Candidate’s answer', candidate)],
  request: requestContents(request),
});

const MAX_MESSAGES = 6;
const MAX_REQUEST_TEXT = 2000;
const MAX_ANSWER_TEXT = 4000;

/** Returns the content of a request: instructions, the last messages, and the names of its tools. */
function requestContents({ system, messages, tools = [] }: ChatRequest): readonly Content[] {
  const earlier = messages.length - MAX_MESSAGES;
  const omitted =
    earlier > 0 ? [{ title: 'Earlier messages', text: `${counted(earlier, 'message')} not shown` }] : [];
  return [
    ...(system === undefined ? [] : [contentOf('Instructions', system, MAX_REQUEST_TEXT)]),
    ...omitted,
    ...messages.slice(-MAX_MESSAGES).map(messageContent),
    ...(tools.length === 0
      ? []
      : [contentOf('Tools', tools.map(({ name }) => name).join(', '), MAX_REQUEST_TEXT)]),
  ];
}

const messageContent = ({ role, parts }: Message): Content =>
  contentOf(ROLES[role], partsText(parts), MAX_REQUEST_TEXT);

const ROLES: Readonly<Record<Message['role'], string>> = {
  system: 'Instructions',
  user: 'User',
  assistant: 'Assistant',
  tool: 'Tool results',
};

/** Returns the content of an answer, or its failure. */
function answerContent(title: string, { response, error }: Answer): Content {
  if (error !== undefined) return contentOf(title, `${error.kind}: ${error.message}`, MAX_ANSWER_TEXT);
  if (response === undefined) return { title, text: 'no answer' };
  const finish =
    response.finish === 'stop' || response.finish === 'tool-calls' ? '' : `\n[${response.finish}]`;
  const calls = response.parts.filter(({ type }) => type === 'tool-call');
  const others = response.parts.filter(({ type }) => type !== 'tool-call');
  // Calls precede the text, so that a long text does not hide them.
  return contentOf(title, `${partsText([...calls, ...others])}${finish}`, MAX_ANSWER_TEXT);
}

/** Returns text without control characters, and states how much of it is not shown. */
function contentOf(title: string, text: string, length: number): Content {
  const shown = plainLines(text, length);
  const more = text.length - length;
  return { title, text: more > 0 ? `${shown}\n[${integer(more)} more characters not shown]` : shown };
}

const partsText = (parts: readonly Part[]): string => parts.map(partText).join('\n');

function partText(part: Part): string {
  switch (part.type) {
    case 'text':
      return part.text;
    case 'tool-call':
      return `${part.name} ${part.invalid?.raw ?? JSON.stringify(part.args, undefined, 2)}`;
    case 'tool-result':
      return `${part.name}: ${partsText(part.content)}`;
    default:
      return `[${part.type}]`;
  }
}
