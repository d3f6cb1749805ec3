import type { InterruptedAnswer, Operation, PreparedCall } from '../call/call.ts';
import type { Target } from '../resolve/resolve.ts';
import { Accumulator, type Answer, type ShownPart } from '../stream/accumulator.ts';
import { type Joined, Joint } from '../stream/overlap.ts';
import type { Timeouts } from '../types/call-options.ts';
import type { ModelEvent } from '../types/events.ts';
import type { Recovery } from '../types/llm-error.ts';
import { assistant, type Message, user } from '../types/messages.ts';
import type { Capabilities, Model, ModelContext } from '../types/provider.ts';
import type { ChatRequest, ModelRequest } from '../types/request.ts';
import type { ChatResponse, Warning } from '../types/response.ts';
import type { PreparedChat } from './prepared-chat.ts';

interface ChatTargets {
  readonly modelAt: (place: Target) => Pick<Model, 'capabilities'>;
  /** Fits a request to a target. */
  readonly prepare: (
    request: ChatRequest,
    place: Target,
    scope: { readonly signal: AbortSignal },
  ) => Promise<PreparedChat>;
}

/** With less than that shown, an answer begins again: there is hardly anything to lose. */
const LEAST_TEXT = 12;

const GO_ON =
  'Your answer above was cut off by a technical fault. Go on exactly where it stops, in the same form and language. ' +
  'Do not repeat any of it, and do not write an introduction.';

/**
 * The same request, asked to continue where an answer broke off: each target gets what was shown as the beginning of its own
 * answer where it can continue from one, else as an answer that was cut. `undefined` where that cannot be done: a call of a
 * tool had begun, the answer follows a schema, or hardly any text was shown. Reasoning stays with whoever thought it.
 */
export function continuedChat(
  request: ChatRequest,
  { from, error, parts }: InterruptedAnswer,
  { modelAt, prepare }: ChatTargets,
): Operation<ModelEvent, ChatResponse> | undefined {
  const text = parts.map(({ part }) => (part.type === 'text' ? part.text : '')).join('');
  if (text.trim().length < LEAST_TEXT || request.output !== undefined) return undefined;
  if (parts.some(({ part }) => part.type === 'tool-call')) return undefined;
  return {
    type: 'chat',
    validate: () => undefined,
    async prepare(place, scope) {
      // Vendors refuse a beginning that ends in white space, and models continue it badly.
      const isPrefilled = modelAt(place).capabilities.prefill === true && !/[\s\uD800-\uDBFF]$/.test(text);
      const messages = goingOn(request.messages, text, isPrefilled);
      const chat = await prepare({ ...request, messages }, place, scope);
      const why = `${from} broke off (${error.kind}): ${place.key} went on after ${text.length} characters`;
      return new PreparedContinuation(chat, parts, text, isPrefilled, {
        action: 'continued',
        what: 'answer',
        why,
      });
    },
  };
}

function goingOn(messages: readonly Message[], text: string, isPrefilled: boolean): readonly Message[] {
  const last = messages.at(-1);
  const begun = last?.role === 'assistant' ? last.parts : [];
  const before = last?.role === 'assistant' ? messages.slice(0, -1) : messages;
  const shown = assistant([...begun, { type: 'text', text }]);
  return isPrefilled ? [...before, shown] : [...before, shown, user(GO_ON)];
}

class PreparedContinuation implements PreparedCall<ModelEvent, ChatResponse> {
  readonly request: ModelRequest;
  readonly payload = undefined;
  readonly capabilities: Capabilities;
  readonly timeouts: Timeouts | undefined;
  readonly isNonStreaming: boolean;
  private readonly chat: PreparedChat;
  private readonly parts: readonly ShownPart[];
  private readonly text: string;
  private readonly isPrefilled: boolean;
  private readonly warning: Warning;

  constructor(
    chat: PreparedChat,
    parts: readonly ShownPart[],
    text: string,
    isPrefilled: boolean,
    warning: Warning,
  ) {
    this.chat = chat;
    this.parts = parts;
    this.text = text;
    this.isPrefilled = isPrefilled;
    this.warning = warning;
    this.request = chat.request;
    this.capabilities = chat.capabilities;
    this.timeouts = chat.timeouts;
    this.isNonStreaming = chat.isNonStreaming;
  }

  withRecovery(recovery: Recovery, why: string): PreparedContinuation {
    const { parts, text, isPrefilled, warning } = this;
    return new PreparedContinuation(this.chat.withRecovery(recovery, why), parts, text, isPrefilled, warning);
  }

  open(context: ModelContext): AsyncIterator<readonly ModelEvent[]> {
    const continuation = new Continuation(this.parts, this.isPrefilled ? undefined : new Joint(this.text));
    return rewritten(this.chat.open(context), continuation);
  }

  newAnswer(): Answer<ModelEvent, ChatResponse> {
    return new ContinuedAnswer(this.chat.target, [...this.chat.warnings, this.warning], this.parts);
  }
}

async function* rewritten(
  steps: AsyncIterator<ModelEvent | readonly ModelEvent[]>,
  continuation: Continuation,
): AsyncGenerator<readonly ModelEvent[]> {
  for await (const step of { [Symbol.asyncIterator]: () => steps }) {
    const events: readonly ModelEvent[] = 'type' in step ? [step] : step;
    yield events.flatMap((event) => continuation.take(event));
  }
}

type Of<Type extends ModelEvent['type']> = Extract<ModelEvent, { type: Type }>;

/**
 * One model's events as those of an answer that another one began: its first text continues with the text that is open, its
 * other parts come behind those that are there.
 */
class Continuation {
  private readonly joint: Joint | undefined;
  /** The text that is open: under its index the first text continues. */
  private readonly open: { readonly index: number; readonly text: string } | undefined;
  private next: number;
  /** Of the model's parts: under which index each is shown. */
  private readonly indexes = new Map<number, number>();
  /** The model's index of its first text. */
  private first: number | undefined;
  private isJoined = false;
  /** What the first text has given, without what it repeated. */
  private given = '';

  /** @param joint `undefined` where the model continues the text itself: nothing of its text is removed */
  constructor(parts: readonly ShownPart[], joint: Joint | undefined) {
    this.joint = joint;
    this.next = parts.reduce((most, { index }) => Math.max(most, index + 1), 0);
    const open = parts.findLast(({ part, isOpen }) => isOpen && part.type === 'text');
    this.open = open?.part.type === 'text' ? { index: open.index, text: open.part.text } : undefined;
  }

  take(event: ModelEvent): readonly ModelEvent[] {
    switch (event.type) {
      case 'start':
      case 'warning':
        return [event];
      case 'part-start':
        return this.begun(event);
      case 'text-delta':
        return event.index === this.firstText(event.index)
          ? this.shown(event.index, this.joint?.push(event.text) ?? { text: event.text, removed: '' })
          : [{ ...event, index: this.indexOf(event.index) }];
      case 'part-end':
        return event.index === this.first
          ? this.ended(event)
          : [{ ...event, index: this.indexOf(event.index) }];
      case 'finish':
        return this.first === undefined ? [...this.closed(), event] : [event];
      default:
        return [{ ...event, index: this.indexOf(event.index) }];
    }
  }

  private begun(event: Of<'part-start'>): readonly ModelEvent[] {
    if (event.part.type === 'text') {
      this.firstText(event.index);
      if (event.index === this.first && this.open !== undefined) return [];
    }
    return [{ ...event, index: this.indexOf(event.index) }];
  }

  /** Some send text without saying that a part begins. */
  private firstText(index: number): number {
    if (this.first === undefined) {
      this.first = index;
      if (this.open !== undefined) this.indexes.set(index, this.open.index);
    }
    return this.first;
  }

  private shown(index: number, { text, removed }: Joined): readonly ModelEvent[] {
    this.given += text;
    const events: ModelEvent[] = [];
    if (removed !== '') events.push({ type: 'warning', warning: removal(removed) });
    if (text !== '') events.push({ type: 'text-delta', index: this.indexOf(index), text });
    return events;
  }

  private ended({ index }: Of<'part-end'>): readonly ModelEvent[] {
    if (this.isJoined) return [];
    this.isJoined = true;
    const rest = this.joint === undefined ? [] : this.shown(index, this.joint.end());
    const text = (this.open?.text ?? '') + this.given;
    return [...rest, { type: 'part-end', index: this.indexOf(index), part: { type: 'text', text } }];
  }

  /** The model had nothing to add. */
  private closed(): readonly ModelEvent[] {
    if (this.open === undefined) return [];
    const { index, text } = this.open;
    return [{ type: 'part-end', index, part: { type: 'text', text } }];
  }

  private indexOf(index: number): number {
    const known = this.indexes.get(index);
    if (known !== undefined) return known;
    this.indexes.set(index, this.next);
    return this.next++;
  }
}

const removal = (text: string): Warning => ({
  action: 'dropped',
  what: 'repeated text',
  why: `the continuation began with an introduction or a repetition, which was left out: ${JSON.stringify(text)}`,
});

/** An answer that begins with what another target has shown. */
class ContinuedAnswer extends Accumulator {
  /** Reasoning that was under way: nobody will end it. */
  private readonly closing: readonly ModelEvent[];

  constructor(target: string, prepared: readonly Warning[], parts: readonly ShownPart[]) {
    super(target, prepared);
    this.closing = parts
      .filter(({ part, isOpen }) => isOpen && part.type === 'reasoning')
      .map(({ index, part }) => ({ type: 'part-end', index, part }));
    for (const { index, part, isOpen } of parts) {
      if (isOpen && part.type === 'text') this.push({ type: 'text-delta', index, text: part.text });
      else this.push({ type: 'part-end', index, part });
    }
  }

  /** The answer has begun long ago: no second `start`. */
  override opening(held: readonly ModelEvent[]): readonly ModelEvent[] {
    return [...this.closing, ...super.opening(held).filter(({ type }) => type !== 'start')];
  }
}
