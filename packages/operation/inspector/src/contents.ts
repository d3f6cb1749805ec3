import {
  truncateText,
  type AnswerOf,
  type CallEvent,
  type ChatRequest,
  type ChatResponse,
  type Message,
  type Part,
  type Question,
} from '@majordomo/core';
import type { Redactor } from '@majordomo/redact';
import type { FeedContent } from './feed-types.ts';

// Maximum numbers of stored characters, per text, per call and in total.
const MAX_TEXT = 16_000;
const MAX_CALL = 64_000;
const MAX_STORED = 16_000_000;

type EndOfCall = Extract<CallEvent, { readonly type: 'call-end' }>;

/** Redacted prompts and responses of the newest calls, up to a total size. */
export class Contents {
  private readonly stored = new Map<string, FeedContent>();
  private readonly redactor: Redactor;
  private size = 0;

  constructor(redactor: Redactor) {
    this.redactor = redactor;
  }

  get(id: string): FeedContent | undefined {
    return this.stored.get(id);
  }

  setRequest(id: string, { system, messages }: ChatRequest): void {
    const rest = messages.map((message) => ({ role: message.role, text: this.masked(textOf(message)) }));
    const first = system !== undefined ? [{ role: 'system', text: this.masked(system) }] : [];
    this.put(id, { messages: newest([...first, ...rest]) });
  }

  setAnswer(id: string, { text, toolCalls }: ChatResponse): void {
    const calls = toolCalls.map(({ name, args }) => `→ ${name}(${jsonOf(args)})`);
    const answer = this.masked([text, ...calls].filter((line) => line !== '').join('\n'));
    this.put(id, { messages: this.stored.get(id)?.messages ?? [], answer });
  }

  /** Stores the answers of a classification, whose input no event contains. */
  setAnswers(id: string, answers: NonNullable<EndOfCall['answers']>): void {
    const lines = Object.entries(answers).map(([name, answer]) => `${name}: ${answerText(answer)}`);
    this.put(id, { messages: [], answer: this.masked(lines.join('\n')) });
  }

  private masked(text: string): string {
    // Redacts more than is stored, so that the cut of the stored text does not hide a part of a secret from the redactor.
    return truncateText(this.redactor.text(text.slice(0, 4 * MAX_TEXT)), MAX_TEXT);
  }

  private put(id: string, content: FeedContent): void {
    this.remove(id);
    this.stored.set(id, content);
    this.size += sizeOf(content);
    for (const oldest of this.stored.keys()) {
      if (this.size <= MAX_STORED) break;
      this.remove(oldest);
    }
  }

  private remove(id: string): void {
    const content = this.stored.get(id);
    if (content === undefined) return;
    this.size -= sizeOf(content);
    this.stored.delete(id);
  }
}

/** Returns the newest messages that fit the maximum length, because they are more useful than older ones. */
function newest(messages: FeedContent['messages']): FeedContent['messages'] {
  const fitting: FeedContent['messages'][number][] = [];
  let room = MAX_CALL;
  for (const message of messages.toReversed()) {
    room -= message.text.length;
    // No message between two stored ones is missing.
    if (room < 0) break;
    fitting.unshift(message);
  }
  return fitting;
}

const sizeOf = ({ messages, answer }: FeedContent): number =>
  messages.reduce((sum, { text }) => sum + text.length, answer?.length ?? 0);

const textOf = ({ parts }: Message): string => parts.map(textOfPart).join('\n');

function textOfPart(part: Part): string {
  if (part.type === 'text' || part.type === 'reasoning') return part.text;
  if (part.type === 'tool-call' || part.type === 'vendor-call') return `→ ${part.name}(${jsonOf(part.args)})`;
  return part.type === 'tool-result' || part.type === 'vendor-result'
    ? part.content.map(textOfPart).join('\n')
    : `[${part.type}]`;
}

/** Converts arguments to JSON. Returns `…` if an application passed values that have no JSON form. */
function jsonOf(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch {
    return '…';
  }
}

/** Formats an answer with its distribution, such as `billing (billing 0.90, other 0.10) · vendor, calibrated`. */
function answerText(answer: AnswerOf<Question>): string {
  const source = `${answer.basis}${answer.isCalibrated ? ', calibrated' : ''}`;
  if (answer.type === 'predicate') return `${answer.probability.toFixed(2)} · ${source}`;
  const [value, named] =
    answer.type === 'choice'
      ? [answer.choice, Object.entries(answer.probabilities)]
      : [answer.score.toFixed(2), answer.probabilities.map((each, at) => [String(at), each] as const)];
  const listed = named.map(([name, probability]) => `${name} ${probability.toFixed(2)}`).join(', ');
  return `${value} (${listed}) · ${source}`;
}
