import type { Broken, Operation, PreparedCall } from '../chain/operation.ts';
import type { Timeouts } from '../contract/call.ts';
import type { Capabilities } from '../contract/capabilities.ts';
import type { ModelEvent } from '../contract/event.ts';
import type { Recovery } from '../contract/llm-error.ts';
import { assistant, user, type Message } from '../contract/message.ts';
import type { Model, ModelContext } from '../contract/provider.ts';
import type { ChatRequest, ModelRequest } from '../contract/request.ts';
import type { ChatResponse, Warning } from '../contract/response.ts';
import type { Place } from '../resolve/resolve.ts';
import type { Answer, ShownPart } from '../stream/answer.ts';
import { Joint } from '../stream/joint.ts';
import { ContinuedAnswer } from './continued-answer.ts';
import { Continuation } from './continuation.ts';
import type { PreparedChat } from './prepared-chat.ts';

interface ChatTargets {
  readonly modelAt: (place: Place) => Pick<Model, 'capabilities'>;
  /** Fits a request to a target. */
  readonly prepare: (
    request: ChatRequest,
    place: Place,
    scope: { readonly signal: AbortSignal },
  ) => Promise<PreparedChat>;
}

/** With less than that shown, an answer begins anew: there is hardly anything to lose. */
const LEAST_TEXT = 12;

const GO_ON =
  'Your answer above was cut off by a technical fault. Go on exactly where it stops, in the same form and language. ' +
  'Do not repeat any of it, and do not write an introduction.';

/**
 * The same request, asked to go on where an answer broke off: each target gets what was shown as the beginning of its own
 * answer where it can go on from one, else as an answer that was cut. `undefined` where that cannot be done: a call of a
 * tool had begun, the answer follows a schema, or hardly any text was shown. Reasoning stays with whoever thought it.
 */
export function continuedChat(
  request: ChatRequest,
  { from, error, parts }: Broken,
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
  readonly isWhole: boolean;
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
    this.isWhole = chat.isWhole;
  }

  changed(recovery: Recovery, why: string): PreparedContinuation {
    const { parts, text, isPrefilled, warning } = this;
    return new PreparedContinuation(this.chat.changed(recovery, why), parts, text, isPrefilled, warning);
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
