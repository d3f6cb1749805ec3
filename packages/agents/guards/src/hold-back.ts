import type { ModelEvent, StreamEvent } from '@majordomo/core';
import type { GuardedCall } from './call.ts';
import type { Restorer } from './restore.ts';

type PartEvent = Extract<ModelEvent, { readonly index: number }>;
type TextDelta = Extract<ModelEvent, { type: 'text-delta' | 'reasoning-delta' }>;
type PartEnd = Extract<ModelEvent, { type: 'part-end' }>;

/** Unfinished text or reasoning part. */
interface OpenPart {
  readonly index: number;
  readonly type: 'text' | 'reasoning';
  readonly restore: ReturnType<Restorer['stream']> | undefined;
  /** Text that the caller has not received. */
  text: string;
  /** Number of characters at the start of `text` that the checks have already received. */
  judged: number;
  /** Number of characters of the part that the caller has received. */
  shown: number;
}

const HIGH_SURROGATE = /[\uD800-\uDBFF]/;

/** Buffer for the events of an answer until the output checks have allowed them. */
export class HoldBack {
  /** Time at which the next run of the checks is due, in milliseconds of the clock. `undefined` if no run is due. */
  due: number | undefined;
  private readonly call: GuardedCall;
  private readonly restorer: Restorer;
  private readonly hasChecks: boolean;
  /** Number of characters that remain buffered after a run of the checks, because a forbidden phrase may begin with them. */
  private readonly tail: number;
  private readonly characters: number;
  private readonly ms: number;
  private readonly context: number;
  private readonly open = new Map<number, OpenPart>();
  /** Events since the start of a tool call that has not ended, except events of parts that began before the call. */
  private queue: PartEvent[] = [];
  /** Number of tool calls that have not ended. */
  private openCalls = 0;
  /** Last characters of text and of reasoning that the caller has received. The checks receive them as context. */
  private shown = { text: '', reasoning: '' };
  /** Number of warnings that the caller received. */
  private warned = 0;

  constructor(call: GuardedCall, restorer: Restorer) {
    const { output = [], holdBack = {} } = call.guard.options;
    this.call = call;
    this.restorer = restorer;
    this.hasChecks = output.length > 0;
    this.tail = Math.max(1, ...output.map(({ span = 1 }) => span)) - 1;
    // An escape in incomplete JSON may hide a phrase, so JSON is buffered until its part ends.
    this.characters = call.isJson ? Infinity : (holdBack.characters ?? 400);
    this.ms = call.isJson ? Infinity : (holdBack.ms ?? 1000);
    this.context = holdBack.context ?? 1000;
  }

  /** Adds an event, and returns the events that the caller may now receive. Rejects with the refusal of a check. */
  async push(event: StreamEvent): Promise<readonly StreamEvent[]> {
    if (event.type === 'reset') {
      this.clear();
      return [event];
    }
    const events = 'index' in event ? await this.pushPart(event) : [event];
    const warnings = this.newWarnings();
    return event.type === 'finish' ? [...warnings, ...events] : [...events, ...warnings];
  }

  /** Judges all buffered text, and returns the events that the caller may now receive. */
  async flush(): Promise<readonly StreamEvent[]> {
    const events: StreamEvent[] = [];
    for (const part of this.open.values()) events.push(...(await this.release(part, false)));
    return [...events, ...this.newWarnings()];
  }

  private clear(): void {
    this.open.clear();
    this.queue = [];
    this.openCalls = 0;
    this.shown = { text: '', reasoning: '' };
    this.due = undefined;
    // A reader drops what it received before a `reset`, also the warnings, so it receives them again.
    this.warned = 0;
  }

  private newWarnings(): readonly StreamEvent[] {
    const fresh = this.call.runner.warnings.slice(this.warned);
    this.warned += fresh.length;
    return fresh.map((warning) => ({ type: 'warning', warning }));
  }

  /** Returns the events that may be delivered. Parts must begin in order, so parts after a buffered tool call wait for it. */
  private async pushPart(event: PartEvent): Promise<readonly ModelEvent[]> {
    const holdsCalls = this.hasChecks || this.restorer.tools !== false;
    const isCall = 'part' in event && event.part.type === 'tool-call';
    const mustWait = isCall || (this.openCalls > 0 && !this.open.has(event.index));
    if (!holdsCalls || !mustWait) return this.pass(event);
    this.queue.push(event);
    if (isCall) this.openCalls += event.type === 'part-start' ? 1 : -1;
    if (this.openCalls > 0) return [];
    const events = this.queue;
    this.queue = [];
    const calls = new Set<number>();
    const passed: ModelEvent[] = [];
    for (const each of events) {
      if (each.type === 'part-start' && each.part.type === 'tool-call') {
        calls.add(each.index);
        passed.push(each, ...(await this.passCall(events, each.index)));
      } else if (!calls.has(each.index)) passed.push(...(await this.pass(each)));
    }
    return passed;
  }

  /** Judges a tool call, and returns the events that follow its `part-start` event. */
  private async passCall(events: readonly PartEvent[], index: number): Promise<readonly ModelEvent[]> {
    // The queue is passed on when no call is open, so it contains the end of each call.
    const end = events.find((event): event is PartEnd => event.type === 'part-end' && event.index === index);
    if (end === undefined) return [];
    const part = this.restorer.part(end.part);
    await this.call.judgePart(part);
    if (part.type !== 'tool-call') return [end];
    // Send new JSON, because the original JSON may contain members that were not judged, such as a repeated name.
    const json = part.invalid?.raw ?? JSON.stringify(part.args);
    return [
      { type: 'args-delta', index, json },
      { ...end, part },
    ];
  }

  private async pass(event: PartEvent): Promise<readonly ModelEvent[]> {
    if (event.type === 'text-delta' || event.type === 'reasoning-delta') return this.passText(event);
    if (event.type === 'part-end') return this.passEnd(event);
    if (event.type === 'part-start' && event.part.type !== 'tool-call')
      this.openPart(event.index, event.part.type);
    return [event];
  }

  private async passText({ index, type, text }: TextDelta): Promise<readonly ModelEvent[]> {
    const part = this.open.get(index) ?? this.openPart(index, type === 'text-delta' ? 'text' : 'reasoning');
    part.text += part.restore === undefined ? text : part.restore.push(text);
    const fresh = part.text.length - part.judged;
    const mustJudge = fresh > 0 && fresh >= this.characters;
    if (!this.hasChecks || mustJudge) return this.release(part, false);
    if (fresh > 0 && this.ms < Infinity) this.due ??= this.call.runner.clock.now() + this.ms;
    return [];
  }

  private async passEnd(event: PartEnd): Promise<readonly ModelEvent[]> {
    const part = this.restorer.part(event.part);
    const open = this.open.get(event.index);
    if (open !== undefined) open.text += open.restore?.end() ?? '';
    const events = open === undefined ? [] : await this.release(open, true);
    this.open.delete(event.index);
    // Some models add text in the end event of a part, without a delta for it.
    const hasText = part.type === 'text' || part.type === 'reasoning';
    if (hasText && part.text.length !== (open?.shown ?? 0)) await this.call.judgeText(part.text);
    await this.call.judgePart(part);
    return [...events, part === event.part ? event : { ...event, part }];
  }

  private openPart(index: number, type: OpenPart['type']): OpenPart {
    const restore = type === 'text' ? this.restorer.stream() : undefined;
    const part = { index, type, restore, text: '', judged: 0, shown: 0 };
    this.open.set(index, part);
    return part;
  }

  /** Judges the new text of a part, and returns the event with the text that the caller may now receive, if any. */
  private async release(part: OpenPart, isEnd: boolean): Promise<readonly ModelEvent[]> {
    const { index, type } = part;
    if (part.text.length > part.judged) await this.call.judgeText(this.shown[type] + part.text);
    let end = isEnd ? part.text.length : Math.max(0, part.text.length - this.tail);
    // Do not split a character that consists of two code units. Without checks, the text ends where the delta of the model ends.
    if (!isEnd && this.hasChecks && HIGH_SURROGATE.test(part.text.charAt(end - 1))) end--;
    const text = part.text.slice(0, end);
    part.text = part.text.slice(end);
    part.judged = part.text.length;
    part.shown += text.length;
    if (this.hasChecks && this.context > 0) this.shown[type] = (this.shown[type] + text).slice(-this.context);
    const isJudged = [...this.open.values()].every((other) => other.text.length <= other.judged);
    if (isJudged) this.due = undefined;
    return text === '' ? [] : [{ type: `${type}-delta`, index, text }];
  }
}
