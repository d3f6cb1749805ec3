import { user, type ChatModel, type Message } from '@majordomo/core';
import { createRedactor, type Redactor } from '@majordomo/redact';
import { summaryOf } from '../compact/summary-message.ts';
import { untilAborted } from '../model/until-aborted.ts';
import { cutEnd } from '../transcript/cut-middle.ts';
import { cleanTitle } from './clean-title.ts';
import { firstWords } from './first-words.ts';

/** Options of `titleOf`. */
export interface TitleOptions {
  /** Signal that aborts the model call. The user's first words then become the title. */
  readonly signal?: AbortSignal | undefined;
  /** Redactor of all text that the model reads and writes. @default createRedactor() */
  readonly redactor?: Redactor | undefined;
  /** Maximum duration of the model call, in milliseconds. Afterwards, the user's first words are the title. @default 30_000 */
  readonly timeoutMs?: number | undefined;
}

const EXCERPT = 500;
const MAX_TOKENS = 500;
/** Longest delay of a timer. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * Returns a title of at most 80 characters; `undefined` if the first user message has no words. The prompt requests three to
 * seven words. If no model is set or the model fails, the title consists of the user's first words. Never rejects.
 */
export async function titleOf(
  model: ChatModel | undefined,
  messages: readonly Message[],
  { signal, redactor = createRedactor(), timeoutMs = 30_000 }: TitleOptions = {},
): Promise<string | undefined> {
  try {
    const first = messages.find((message) => message.role === 'user' && summaryOf(message) === undefined);
    const question = textOf(first, redactor);
    const answer = textOf(
      messages.find((message) => message.role === 'assistant' && textOf(message, redactor) !== ''),
      redactor,
    );
    const generated =
      question === '' ? undefined : await modelTitle(model, question, answer, { signal, timeoutMs });
    const title = generated === undefined ? undefined : cleanTitle(redactor.text(generated));
    return title ?? firstWords(question);
  } catch {
    // The redactor failed, so the text may contain secrets.
    return undefined;
  }
}

async function modelTitle(
  model: ChatModel | undefined,
  question: string,
  answer: string,
  { signal, timeoutMs }: { readonly signal: AbortSignal | undefined; readonly timeoutMs: number },
): Promise<string | undefined> {
  if (model === undefined) return undefined;
  const prompt = `Give this conversation a title of three to seven words, in its own language. Answer with the title alone.\n\n<user>\n${cutEnd(question, EXCERPT)}\n</user>\n<assistant>\n${cutEnd(answer, EXCERPT)}\n</assistant>`;
  try {
    // `AbortSignal.timeout` rejects fractions of milliseconds, and more than the longest delay.
    const late = AbortSignal.timeout(Math.min(Math.ceil(timeoutMs), MAX_TIMER_MS));
    const until = signal === undefined ? late : AbortSignal.any([signal, late]);
    const request = { messages: [user(prompt)], maxTokens: MAX_TOKENS };
    return (await untilAborted(() => model.generate(request, { signal: until }), until)).text;
  } catch {
    return undefined;
  }
}

/** Returns the redacted text of a message. Callers cut the text only after the redaction, because a cut may split a secret. */
const textOf = (message: Message | undefined, redactor: Redactor): string =>
  (message?.parts ?? [])
    .map((part) => (part.type === 'text' ? redactor.text(part.text) : ''))
    .join(' ')
    .trim();
