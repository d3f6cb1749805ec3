import { parseArguments } from '../json/arguments.ts';
import type { ModelEvent } from '../types/events.ts';
import type { AssistantPart, Citation, Replay, VendorPart } from '../types/messages.ts';
import type { FinishReason, StopDetails, TokenLogprob, Warning } from '../types/response.ts';
import type { Usage } from '../types/usage.ts';
import { generateCallId } from './response-checks.ts';

interface Open {
  readonly type: 'text' | 'reasoning' | 'tool-call';
  readonly index: number;
  /** Text, reasoning or the arguments' JSON so far. */
  text: string;
  replay: Replay | undefined;
  readonly id: string;
  readonly name: string;
  /** Of a tool call: it is not to be run, whatever its arguments. */
  unfinished: boolean;
  citations?: readonly Citation[];
  /** Of text. */
  readonly isRefusal: boolean;
}

/** A fragment of a tool call; `id` and `name` are needed by the first one alone. */
export interface ToolCallDelta {
  readonly id?: string | undefined;
  readonly name?: string | undefined;
  /** The next piece of the arguments' JSON. */
  readonly json?: string | undefined;
  /** All of the arguments, where the wire says them again at the end: they count, not the fragments. */
  readonly complete?: string | undefined;
  /** The wire says that the call never got whole. */
  readonly unfinished?: boolean | undefined;
  readonly replay?: Replay | undefined;
}

const NOTHING: readonly ModelEvent[] = [];
const NO_WARNINGS: readonly Warning[] = [];

/**
 * Writes well-formed event streams, so that no provider opens and closes parts manually. Text and reasoning close what
 * is open before them; tool calls stay open side by side, told apart by `key`, the wire's own index or id.
 */
export class EventWriter {
  readonly target: string;
  /** The call ids that it made up are derived from the response's id, so that a replay gives the same ones. */
  private responseId = '';
  private started = false;
  /** Known before the response has begun. */
  private early: readonly Warning[] = NO_WARNINGS;
  /** Of calls, as the vendor named them. */
  private ids: Set<string> | undefined;
  private likely: TokenLogprob[] | undefined;
  private nextIndex = 0;
  private batch: ModelEvent[];
  private readonly sunk: boolean;
  private readonly open = new Map<string, Open>();
  /**
   * The text or reasoning part that deltas go to. It and the reused batch keep a delta, the hot path of every stream, at one
   * event object and no lookup.
   */
  private currentKey: string | undefined;
  private current: Open | undefined;

  /** With a sink, events go into it and the methods return nothing new; without one they return what they wrote. */
  constructor(target: string, sink?: ModelEvent[]) {
    this.target = target;
    this.sunk = sink !== undefined;
    this.batch = sink ?? [];
  }

  /** Hands over what was written into the sink since the last time. */
  take(): readonly ModelEvent[] {
    const { batch } = this;
    if (batch.length === 0) return NOTHING;
    this.batch = [];
    return batch;
  }

  /** Is any part open, or was one written? */
  get hasContent(): boolean {
    return this.nextIndex > 0;
  }

  /** The response has begun; `id` is the vendor's. Again, it writes nothing. */
  start(id?: string): readonly ModelEvent[] {
    this.begin(id);
    return this.written();
  }

  /** A piece of text; another `key` opens another part. */
  text(text: string, key = 'text', replay?: Replay): readonly ModelEvent[] {
    return this.say(text, key, replay, false);
  }

  /** A piece of what the model says instead of an answer: a text part that is marked as such. */
  refusal(text: string, key = 'refusal', replay?: Replay): readonly ModelEvent[] {
    return this.say(text, key, replay, true);
  }

  /** A piece of reasoning, or its replay token alone, which goes to the open part. */
  reasoning(text: string, replay?: Replay, key = 'reasoning'): readonly ModelEvent[] {
    if (text === '' && replay === undefined) return NOTHING;
    const open = this.continue('reasoning', key, replay);
    if (text !== '') {
      open.text += text;
      this.batch.push({ type: 'reasoning-delta', index: open.index, text });
    }
    return this.written();
  }

  /** A piece of a tool call; `key` tells calls apart that are open side by side. */
  toolCall(key: string, delta: ToolCallDelta): readonly ModelEvent[] {
    const open = this.open.get(key) ?? this.openCall(key, delta);
    if (delta.replay !== undefined) open.replay = delta.replay;
    if (delta.unfinished === true) open.unfinished = true;
    const json = delta.json ?? restOf(delta.complete, open.text);
    if (json !== undefined && json !== '') {
      open.text += json;
      this.batch.push({ type: 'args-delta', index: open.index, json });
    }
    if (delta.complete !== undefined && delta.complete !== open.text) this.correct(open, delta.complete);
    return this.written();
  }

  /** What ran at the vendor, or what else it keeps: whole, in its place among the parts. */
  vendor(part: Omit<VendorPart, 'type'>): readonly ModelEvent[] {
    this.begin();
    this.closeAll();
    this.batch.push({ type: 'part-end', index: this.nextIndex++, part: { type: 'vendor', ...part } });
    return this.written();
  }

  /** The text that is open, as far as it has come. */
  get openText(): string | undefined {
    return this.current?.type === 'text' ? this.current.text : undefined;
  }

  /** What the text that is open rests on, told with its end; false where no text is open. */
  cite(citations: readonly Citation[]): boolean {
    const open = this.current;
    if (open?.type !== 'text') return false;
    if (citations.length > 0) open.citations = [...(open.citations ?? []), ...citations];
    return true;
  }

  /** How likely the next tokens of the text were; told with the finish. */
  logprobs(tokens: readonly TokenLogprob[]): void {
    if (tokens.length === 0) return;
    this.likely ??= [];
    this.likely.push(...tokens);
  }

  /** Ends one part early, where the wire says that it is whole. */
  end(key: string): readonly ModelEvent[] {
    const open = this.open.get(key);
    if (open !== undefined) this.close(key, open);
    return this.written();
  }

  /**
   * Something was not done as asked. What is known before the response has begun, such as what could not be put on the
   * wire, is told right after `start`, on every wire.
   */
  warning(...warnings: readonly Warning[]): readonly ModelEvent[] {
    if (!this.started) {
      this.early = [...this.early, ...warnings];
      return NOTHING;
    }
    for (const warning of warnings) this.batch.push({ type: 'warning', warning });
    return this.written();
  }

  /** The wire said that it is over: closes what is open. Call it once, with the wire's own word as `raw`. */
  finish(
    reason: FinishReason,
    raw: string | undefined,
    usage: Usage | undefined,
    stopDetails?: StopDetails,
  ): readonly ModelEvent[] {
    this.begin();
    this.closeAll(reason === 'length');
    const { target, likely } = this;
    this.batch.push({
      type: 'finish',
      target,
      reason,
      raw,
      usage,
      ...(stopDetails && { stopDetails }),
      ...(likely && { logprobs: likely }),
    });
    return this.written();
  }

  private say(
    text: string,
    key: string,
    replay: Replay | undefined,
    isRefusal: boolean,
  ): readonly ModelEvent[] {
    if (text === '' && replay === undefined) return NOTHING;
    const open = this.continue('text', key, replay, isRefusal);
    if (text !== '') {
      open.text += text;
      this.batch.push({ type: 'text-delta', index: open.index, text });
    }
    return this.written();
  }

  /** The text or reasoning part for this key, opened when it is not the current one. */
  private continue(
    type: 'text' | 'reasoning',
    key: string,
    replay: Replay | undefined,
    isRefusal = false,
  ): Open {
    let open = this.current;
    if (open === undefined || this.currentKey !== key || open.type !== type) {
      this.begin();
      this.closeAll();
      open = {
        type,
        index: this.nextIndex++,
        text: '',
        replay: undefined,
        id: '',
        name: '',
        unfinished: false,
        isRefusal,
      };
      this.open.set(key, open);
      this.current = open;
      this.currentKey = key;
      this.batch.push({
        type: 'part-start',
        index: open.index,
        part: isRefusal ? { type: 'text', isRefusal } : { type },
      });
    }
    if (replay !== undefined) open.replay = replay;
    return open;
  }

  private openCall(key: string, delta: ToolCallDelta): Open {
    this.begin();
    if (this.current !== undefined) this.closeAll();
    const index = this.nextIndex++;
    const id = this.uniqueId(delta.id) ?? generateCallId(this.responseId, index);
    const name = delta.name ?? '';
    const open: Open = {
      type: 'tool-call',
      index,
      text: '',
      replay: undefined,
      id,
      name,
      unfinished: false,
      isRefusal: false,
    };
    this.open.set(key, open);
    this.batch.push({ type: 'part-start', index, part: { type: 'tool-call', id, name } });
    return open;
  }

  /** Two calls with one id could not be answered apart: the second one gets an id of ours. */
  private uniqueId(id: unknown): string | undefined {
    if (typeof id !== 'string' || id === '') return undefined;
    this.ids ??= new Set();
    if (!this.ids.has(id)) {
      this.ids.add(id);
      return id;
    }
    const why = 'two calls of one answer had it';
    this.batch.push({ type: 'warning', warning: { action: 'repaired', what: `tool call id "${id}"`, why } });
    return undefined;
  }

  private begin(id?: string): void {
    if (this.started) return;
    this.started = true;
    this.responseId = id ?? '';
    this.batch.push({ type: 'start', target: this.target, id });
    for (const warning of this.early) this.batch.push({ type: 'warning', warning });
    this.early = NO_WARNINGS;
  }

  private correct(open: Open, whole: string): void {
    open.text = whole;
    this.repaired(open.name, 'the fragments did not add up to them');
  }

  private repaired(name: string, why: string): void {
    this.batch.push({ type: 'warning', warning: { action: 'repaired', what: `arguments of ${name}`, why } });
  }

  /** `isCut`: what is open ended where the limit was, not where the model wanted. */
  private closeAll(isCut = false): void {
    for (const [key, open] of this.open) this.close(key, open, isCut);
  }

  private close(key: string, open: Open, isCut = false): void {
    this.open.delete(key);
    if (open === this.current) this.current = undefined;
    this.batch.push({ type: 'part-end', index: open.index, part: this.partOf(open, isCut) });
  }

  private partOf(
    { type, text, replay, id, name, unfinished, citations, isRefusal }: Open,
    isCut: boolean,
  ): AssistantPart {
    const token = replay === undefined ? undefined : { replay };
    if (type === 'text')
      return { type, text, ...(citations && { citations }), ...(isRefusal && { isRefusal }), ...token };
    if (type === 'reasoning') return { type, text, ...token };
    if (unfinished) return { type, id, name, args: {}, invalid: { raw: text }, ...token };
    const { repaired, ...parsed } = parseArguments(text, isCut);
    if (repaired !== undefined) this.repaired(name, repaired.join(', '));
    return { type, id, name, ...parsed, ...token };
  }

  private written(): readonly ModelEvent[] {
    if (this.sunk) return NOTHING;
    return this.take();
  }
}

/** What is still to be told of the whole text; nothing where the fragments said something else. */
function restOf(whole: string | undefined, told: string): string | undefined {
  return whole?.startsWith(told) === true ? whole.slice(told.length) : undefined;
}
