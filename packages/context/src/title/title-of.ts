import { user, type ChatModel, type Message } from '@majordomo/core';
import { createRedactor, type Redactor } from '@majordomo/redact';
import { summaryOf } from '../compact/summary-message.ts';
import { untilAborted } from '../model/until-aborted.ts';
import { cutEnd } from '../transcript/cut-middle.ts';
import { cleanTitle } from './clean-title.ts';
import { firstWords } from './first-words.ts';

/** How a title is made. */
export interface TitleOptions {
  /** Ends the wait at once. */
  readonly signal?: AbortSignal | undefined;
  /** Runs over what the model reads and writes. Default: `createRedactor()`. */
  readonly redactor?: Redactor | undefined;
  /** Milliseconds. Default: 30,000. */
  readonly timeoutMs?: number | undefined;
}

const EXCERPT = 500;
const MAX_TOKENS = 500;

/**
 * Returns a title of three to seven words; `undefined` for a conversation without words. Never rejects: if the model is
 * missing or fails, the title consists of the user's first words.
 */
export async function titleOf(
  model: ChatModel | undefined,
  messages: readonly Message[],
  { signal, redactor = createRedactor(), timeoutMs = 30_000 }: TitleOptions = {},
): Promise<string | undefined> {
  try {
    const first = messages.find((message) => message.role === 'user' && summaryOf(message) === undefined);
    const asked = textOf(first, redactor);
    const answered = textOf(
      messages.find((message) => message.role === 'assistant' && textOf(message, redactor) !== ''),
      redactor,
    );
    const made = asked === '' ? undefined : await modelTitle(model, asked, answered, { signal, timeoutMs });
    const title = made === undefined ? undefined : cleanTitle(redactor.text(made));
    return title ?? firstWords(asked);
  } catch {
    return undefined;
  }
}

async function modelTitle(
  model: ChatModel | undefined,
  asked: string,
  answered: string,
  { signal, timeoutMs }: { readonly signal: AbortSignal | undefined; readonly timeoutMs: number },
): Promise<string | undefined> {
  if (model === undefined) return undefined;
  const late = AbortSignal.timeout(timeoutMs);
  const until = signal === undefined ? late : AbortSignal.any([signal, late]);
  const prompt = `Give this conversation a title of three to seven words, in its own language. Answer with the title alone.\n\n<user>\n${cutEnd(asked, EXCERPT)}\n</user>\n<assistant>\n${cutEnd(answered, EXCERPT)}\n</assistant>`;
  try {
    const request = { messages: [user(prompt)], maxTokens: MAX_TOKENS };
    return (await untilAborted(() => model.generate(request, { signal: until }), until)).text;
  } catch {
    return undefined;
  }
}

/** Secrets go before anything is cut. */
const textOf = (message: Message | undefined, redactor: Redactor): string =>
  (message?.parts ?? [])
    .map((part) => (part.type === 'text' ? redactor.text(part.text) : ''))
    .join(' ')
    .trim();
