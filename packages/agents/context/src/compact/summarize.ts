import { estimateTokens } from '@majordomo/catalog/tokens';
import {
  LlmError,
  user,
  type ChatModel,
  type ChatRequest,
  type ChatResponse,
  type FinishReason,
  type Message,
} from '@majordomo/core';
import { createRedactor, type Redactor } from '@majordomo/redact';
import { untilAborted } from '../model/until-aborted.ts';
import { withoutThinking } from '../model/without-thinking.ts';
import { cutEnd } from '../transcript/cut-middle.ts';
import { groupsOf } from '../transcript/groups.ts';
import { ASSUMED_CONTEXT, boundsOf, summaryTokens } from './bounds.ts';
import { redactMessages } from './redact-messages.ts';
import { DETAILS, MIN_DETAIL, render } from './render.ts';
import { isAcknowledgment, summaryOf, textOfSummary, withoutFrame } from './summary-message.ts';
import { summaryPrompt, type SummaryTask } from './summary-prompt.ts';

/** Messages to summarize, and limits of the summary and its prompt. */
export interface SummaryInput {
  readonly fresh: readonly Message[];
  readonly previous: string | undefined;
  readonly focus: string | undefined;
  /** Length of the summary that the prompt requests, in tokens. */
  readonly tokens: number;
  /** Maximum length of the prompt, in tokens. */
  readonly promptTokens: number;
}

/** Model that writes summaries, and redactor of the model's input and output. */
export interface Summarizer {
  readonly model: ChatModel;
  readonly redactor: Redactor;
}

/** Maximum length of a summary, as a multiple of the length that the prompt requests. */
export const SUMMARY_MARGIN = 1.3;
/** Maximum duration of a complete call, including failover, in milliseconds. */
const MAX_CALL_MS = 180_000;
/** Length of the instructions in a prompt, in tokens. */
const INSTRUCTION_TOKENS = 700;

/** Summary of the first `count` messages. Tool calls among them are included with their results. */
export interface Summary {
  readonly text: string;
  readonly count: number;
}

/**
 * Writes a summary. The prompt contains as many messages as fit, in as much detail as possible. Throws model errors,
 * `content-filter` for a refusal, `empty` or `truncated` for an empty or incomplete summary, and `protocol` for one that is longer than
 * its `maxTokens`.
 */
export async function summarize(
  input: SummaryInput,
  { model, redactor }: Summarizer,
  signal: AbortSignal | undefined,
): Promise<Summary> {
  const readable = redactMessages(input.fresh, redactor);
  const count = fittingCount(readable, input);
  const task = taskOf(readable.slice(0, count), input, redactor);
  const maxTokens = Math.ceil(input.tokens * SUMMARY_MARGIN);
  let overflow: unknown;
  for (const prompt of prompts(task, input.promptTokens)) {
    try {
      const request = { messages: [user(prompt)], maxTokens };
      const options = { signal, timeouts: { totalMs: MAX_CALL_MS } };
      const { text, finish } = await untilAborted(() => model.generate(request, options), signal);
      checkFinish(finish, maxTokens);
      return { text: checkedSummary(text, maxTokens, redactor), count };
    } catch (error) {
      // The next prompt is shorter, so it may fit.
      if (!LlmError.is(error, 'context-overflow')) throw error;
      overflow = error;
    }
  }
  throw overflow;
}

/** Request of one summary of all messages, for a caller that makes the call. */
export interface SummaryOrder {
  readonly request: Pick<ChatRequest, 'messages' | 'maxTokens'>;
  /** Returns the text of the user message that replaces the messages. Throws as `summarize` does. */
  readonly textOf: (response: Pick<ChatResponse, 'text' | 'finish'>) => string;
}

/**
 * Returns the request of a summary of all messages, in as much detail as fits into `contextTokens`. The summary includes that of an
 * earlier summary among the messages.
 */
export function summaryOrder(
  messages: readonly Message[],
  { contextTokens = ASSUMED_CONTEXT, redactor = createRedactor() }: SummaryOrderOptions = {},
): SummaryOrder {
  const bounds = boundsOf(contextTokens, {});
  const summaries = messages.flatMap((message) => summaryOf(message) ?? []);
  const fresh = messages.filter((message) => summaryOf(message) === undefined && !isAcknowledgment(message));
  const readable = redactMessages(fresh, redactor);
  const size = estimateTokens(render(readable, MIN_DETAIL).join('\n'));
  const input: SummaryInput = {
    fresh,
    previous: summaries.length === 0 ? undefined : summaries.join('\n\n'),
    focus: undefined,
    tokens: Math.max(MIN_TOKENS, summaryTokens(size, bounds)),
    promptTokens: bounds.threshold,
  };
  const [prompt = ''] = prompts(taskOf(readable, input, redactor), input.promptTokens);
  const maxTokens = Math.ceil(input.tokens * SUMMARY_MARGIN);
  return {
    request: { messages: [user(prompt)], maxTokens },
    textOf({ text, finish }) {
      checkFinish(finish, maxTokens);
      return textOfSummary(checkedSummary(text, maxTokens, redactor));
    },
  };
}

/** Options of `summaryOrder`. */
export interface SummaryOrderOptions {
  /** Context size of the model that writes the summary, in tokens. @default 128_000 */
  readonly contextTokens?: number | undefined;
  /** Redactor of all text that the model reads and writes. @default createRedactor() */
  readonly redactor?: Redactor | undefined;
}

/** Minimum length that `summaryOrder` requests, in tokens, even if the messages are shorter. */
const MIN_TOKENS = 500;

/** Throws an error if the summary may be incomplete, because the summary would replace messages. */
function checkFinish(finish: FinishReason, maxTokens: number): void {
  if (finish === 'refusal' || finish === 'content-filter')
    throw new LlmError('content-filter', 'summarizer: the model or a filter refused; use another model');
  if (finish !== 'stop')
    throw new LlmError(
      'truncated',
      `summarizer: the summary is not complete (finish "${finish}") with maxTokens ${maxTokens}; use another model, such as one that needs fewer tokens for reasoning`,
    );
}

function checkedSummary(text: unknown, maxTokens: number, redactor: Redactor): string {
  if (typeof text !== 'string') throw new LlmError('protocol', 'summarizer: the model returned no text');
  const written = withoutFrame(withoutThinking(text));
  const summary = redactor.text(written);
  if (summary === '') throw new LlmError('empty', 'summarizer: the summary is empty; use another model');
  const tokens = Math.max(estimateTokens(written), estimateTokens(summary));
  if (tokens > maxTokens)
    throw new LlmError(
      'protocol',
      `summarizer: the summary has about ${tokens} tokens, more than its limit of ${maxTokens}; use a model that observes maxTokens`,
    );
  return summary;
}

/** Returns how many of the first messages fit into a prompt with the lowest detail. The first turn and its results always count. */
function fittingCount(readable: readonly Message[], { previous, promptTokens }: SummaryInput): number {
  const left = promptTokens - INSTRUCTION_TOKENS - estimateTokens(previous ?? '');
  let tokens = 0;
  let count = 0;
  for (const { start, end } of groupsOf(readable)) {
    tokens += estimateTokens(render(readable.slice(start, end), MIN_DETAIL).join('\n')) + 1;
    if (tokens > left && count > 0) break;
    count = end;
  }
  return count;
}

interface Task extends Omit<SummaryTask, 'lines'> {
  readonly readable: readonly Message[];
}

const taskOf = (
  readable: readonly Message[],
  { previous, focus, tokens }: SummaryInput,
  redactor: Redactor,
): Task => ({
  readable,
  previous: previous === undefined ? undefined : redactor.text(previous),
  focus: focus === undefined ? undefined : redactor.text(focus),
  recentText: recentUserText(readable),
  tokens,
});

/** Yields the prompts that fit, the most detailed first. Yields the shortest prompt even if it does not fit. */
function* prompts({ readable, ...task }: Task, maxTokens: number): Generator<string> {
  for (const detail of DETAILS) {
    const prompt = summaryPrompt({ ...task, lines: render(readable, detail) });
    if (detail === MIN_DETAIL || estimateTokens(prompt) <= maxTokens) yield prompt;
  }
}

const RECENT_TURNS = 3;
const MAX_RECENT_TEXT = 700;

function recentUserText(readable: readonly Message[]): string {
  const turns = readable.filter(({ role }) => role === 'user');
  const texts = turns.slice(-RECENT_TURNS).map(({ parts }) => {
    const text = parts.map((part) => (part.type === 'text' ? part.text : '')).join(' ');
    return cutEnd(text.trim(), Math.floor(MAX_RECENT_TEXT / RECENT_TURNS));
  });
  return texts.filter((text) => text !== '').join('\n');
}
