import type { InterruptedAnswer, Operation, PreparedCall } from '../call/contract.ts';
import { Accumulator, type ShownPart } from '../stream/accumulator.ts';
import { canBeContinued, ContinuationJoiner, type JoinedText } from './continuation-joiner.ts';
import { mapEvents } from '../stream/events.ts';
import type { ChatResponse, ModelEvent, Warning } from '../types/response.ts';
import { assistant, type Message, user } from '../types/messages.ts';
import type { ChatRequest } from '../types/request.ts';
import { type ChatOptions, type PreparedChat, prepareChat } from './chat.ts';

const CONTINUE_PROMPT =
  'Your answer above was cut off by a technical fault. Go on exactly where it stops, in the same form and language. ' +
  'Do not repeat any of it, and do not write an introduction.';

/**
 * Creates the operation that continues an interrupted answer. The target receives the shown text as a prefill if possible.
 * Otherwise, the target receives a message with the text and a prompt to continue. Reasoning is not sent.
 *
 * Returns `undefined` if the answer contains a call, follows a schema, or is too short to be continued.
 */
export function continuedChat(
  request: ChatRequest,
  { from, error, parts }: InterruptedAnswer,
  options: ChatOptions,
): Operation<ModelEvent, ChatResponse> | undefined {
  const text = parts.map(({ part }) => (part.type === 'text' ? part.text : '')).join('');
  if (!canBeContinued(text) || request.output !== undefined) return undefined;
  if (parts.some(({ part }) => part.type === 'tool-call' || part.type === 'vendor-call')) return undefined;
  return {
    type: 'chat',
    // The interrupted call has already validated the request.
    validate: () => undefined,
    async prepare(target, scope) {
      // Vendors reject a prefill that ends in white space or in half a surrogate pair.
      const isPrefilled =
        options.modelAt(target).capabilities.prefill === true && !/[\s\uD800-\uDBFF]$/.test(text);
      const messages = continuedMessages(request.messages, text, isPrefilled);
      const chat = await prepareChat({ ...request, messages }, target, options, scope);
      const why = `${from} failed (${error.kind}): ${target.key} continued after ${text.length} characters`;
      return prepareContinuation(chat, parts, isPrefilled ? undefined : text, {
        action: 'continued',
        what: 'answer',
        why,
      });
    },
  };
}

function continuedMessages(
  messages: readonly Message[],
  text: string,
  isPrefilled: boolean,
): readonly Message[] {
  const last = messages.at(-1);
  const started = last?.role === 'assistant' ? last.parts : [];
  const before = last?.role === 'assistant' ? messages.slice(0, -1) : messages;
  const shown = assistant([...started, { type: 'text', text }]);
  return isPrefilled ? [...before, shown] : [...before, shown, user(CONTINUE_PROMPT)];
}

function prepareContinuation(
  chat: PreparedChat,
  parts: readonly ShownPart[],
  /** Text that the caller has read; `undefined` if the model receives the text as a prefill. */
  shownText: string | undefined,
  warning: Warning,
): PreparedCall<ModelEvent, ChatResponse> {
  return {
    ...chat,
    withRecovery: (recovery, why) =>
      prepareContinuation(chat.withRecovery(recovery, why), parts, shownText, warning),
    open(context) {
      const joint = shownText === undefined ? undefined : new ContinuationJoiner(shownText);
      const rewriter = new EventRewriter(parts, joint);
      const steps = { [Symbol.asyncIterator]: () => chat.open(context) };
      return mapEvents(steps, (event) => rewriter.rewrite(event));
    },
    newAnswer: () => new ContinuedAnswer(chat.target, [...chat.warnings, warning], parts),
  };
}

type EventOf<Type extends ModelEvent['type']> = Extract<ModelEvent, { type: Type }>;

/**
 * Rewriter of the events of a model as a continuation of an answer. The model's first text continues the open text. The model's
 * other parts follow the existing parts.
 */
class EventRewriter {
  private readonly joint: ContinuationJoiner | undefined;
  /** Open text of the interrupted answer. */
  private readonly open: { readonly index: number; readonly text: string } | undefined;
  private nextIndex: number;
  /** Index of a part in the answer, by the index that the model uses for the part. */
  private readonly indexes = new Map<number, number>();
  /** Index that the model uses for its first text. */
  private firstIndex: number | undefined;
  /** First text of the model, without the repetitions that were removed. */
  private added = '';

  /** @param joint removes repeated text; `undefined` if the model continues a prefill, which needs no removal */
  constructor(parts: readonly ShownPart[], joint: ContinuationJoiner | undefined) {
    this.joint = joint;
    this.nextIndex = Math.max(...parts.map(({ index }) => index)) + 1;
    const open = parts.findLast(({ part, isOpen }) => isOpen && part.type === 'text');
    this.open = open?.part.type === 'text' ? { index: open.index, text: open.part.text } : undefined;
  }

  rewrite(event: ModelEvent): readonly ModelEvent[] {
    switch (event.type) {
      case 'start':
      case 'warning':
        return [event];
      case 'part-start':
        return this.partStart(event);
      case 'text-delta':
        return event.index === this.firstTextIndex(event.index)
          ? this.firstText(event.index, this.joint?.push(event.text) ?? { text: event.text, removed: '' })
          : [{ ...event, index: this.indexOf(event.index) }];
      case 'part-end':
        return event.index === this.firstIndex
          ? this.firstTextEnd(event)
          : [{ ...event, index: this.indexOf(event.index) }];
      case 'finish':
        return this.firstIndex === undefined ? [...this.unchangedText(), event] : [event];
      default:
        return [{ ...event, index: this.indexOf(event.index) }];
    }
  }

  private partStart(event: EventOf<'part-start'>): readonly ModelEvent[] {
    if (event.part.type === 'text') {
      this.firstTextIndex(event.index);
      if (event.index === this.firstIndex && this.open !== undefined) return [];
    }
    return [{ ...event, index: this.indexOf(event.index) }];
  }

  /**
   * Returns the index of the model's first text, which is the given one if no text has begun. Called also for a `text-delta`, because
   * some models send text without `part-start`.
   */
  private firstTextIndex(index: number): number {
    if (this.firstIndex === undefined) {
      this.firstIndex = index;
      if (this.open !== undefined) this.indexes.set(index, this.open.index);
    }
    return this.firstIndex;
  }

  private firstText(index: number, { text, removed }: JoinedText): readonly ModelEvent[] {
    this.added += text;
    const events: ModelEvent[] = [];
    if (removed !== '') events.push({ type: 'warning', warning: removalWarning(removed) });
    if (text !== '') events.push({ type: 'text-delta', index: this.indexOf(index), text });
    return events;
  }

  private firstTextEnd({ index }: EventOf<'part-end'>): readonly ModelEvent[] {
    const rest = this.joint === undefined ? [] : this.firstText(index, this.joint.end());
    const text = (this.open?.text ?? '') + this.added;
    return [...rest, { type: 'part-end', index: this.indexOf(index), part: { type: 'text', text } }];
  }

  /** Returns the event that ends the open text, for a model that added no text. */
  private unchangedText(): readonly ModelEvent[] {
    if (this.open === undefined) return [];
    const { index, text } = this.open;
    return [{ type: 'part-end', index, part: { type: 'text', text } }];
  }

  private indexOf(index: number): number {
    const known = this.indexes.get(index);
    if (known !== undefined) return known;
    this.indexes.set(index, this.nextIndex);
    return this.nextIndex++;
  }
}

const removalWarning = (text: string): Warning => ({
  action: 'dropped',
  what: 'repeated text',
  why: `the continuation started with an introduction or a repetition, which was removed: ${JSON.stringify(text)}`,
});

/** Answer that begins with the parts of another target that the caller has already read. */
class ContinuedAnswer extends Accumulator {
  /** Events that end the reasoning parts that the failed target left open. */
  private readonly closing: readonly ModelEvent[];

  constructor(target: string, warnings: readonly Warning[], parts: readonly ShownPart[]) {
    super(target, warnings);
    this.closing = parts
      .filter(({ part, isOpen }) => isOpen && part.type === 'reasoning')
      .map(({ index, part }) => ({ type: 'part-end', index, part }));
    // The answer contains the parts of the other target, and the events of this one are added to them.
    for (const { index, part, isOpen } of parts) {
      if (isOpen && part.type === 'text') this.push({ type: 'text-delta', index, text: part.text });
      else this.push({ type: 'part-end', index, part });
    }
  }

  /** Omits `start`, because the answer has already started. */
  override opening(buffered: readonly ModelEvent[]): readonly ModelEvent[] {
    return [...this.closing, ...super.opening(buffered).filter(({ type }) => type !== 'start')];
  }
}
