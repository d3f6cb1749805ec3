import type {
  AssistantPart,
  AudioPart,
  Citation,
  FinishReason,
  ImagePart,
  ModelEvent,
  Replay,
  StopDetails,
  TokenLogprob,
  Usage,
  VendorCallPart,
  VendorFacts,
  VendorPart,
  Warning,
} from '@majordomo/core';
import { fnv1a, parseArguments } from '@majordomo/core/toolkit';
import { definedMembers } from './values.ts';

interface OpenPart {
  readonly type: 'text' | 'reasoning' | 'tool-call';
  readonly index: number;
  /** Text, reasoning or arguments received so far. Arguments are JSON. */
  text: string;
  replay?: Replay;
  /** Id and name of a tool call; empty for text and reasoning. */
  readonly id: string;
  readonly name: string;
  programId?: string;
  /** Whether the vendor reported the tool call as incomplete. */
  unfinished?: boolean;
  citations?: readonly Citation[];
  readonly isRefusal: boolean;
}

/** Fragment of a tool call. `id` and `name` are read only from the first fragment. */
export interface ToolCallDelta {
  readonly id?: string | undefined;
  readonly name?: string | undefined;
  /** Id of the vendor's program that made the call. */
  readonly programId?: string | undefined;
  /** Next fragment of the arguments' JSON. */
  readonly json?: string | undefined;
  /** Complete JSON of the arguments, for wires that send it at the end. It replaces the fragments. */
  readonly complete?: string | undefined;
  /** Whether the vendor reports the call as incomplete. Its arguments are then `invalid`. */
  readonly unfinished?: boolean | undefined;
  readonly replay?: Replay | undefined;
}

/**
 * Writes the events of a response in a valid order, so that providers need not open and close parts. Text, reasoning and vendor
 * parts end the parts open before them. Several tool calls may be open. The argument `key` identifies a call by its index or id.
 */
export class EventWriter {
  readonly target: string;
  /** Vendor's id of the response. Generated call ids are derived from it, so that a replay generates the same ids. */
  private responseId = '';
  private started = false;
  /** Model that the vendor reported last. */
  private servedModel: string | undefined;
  private vendorFacts: Partial<VendorFacts> = {};
  /** Warnings that were written before the `start` event. */
  private readonly earlyWarnings: Warning[] = [];
  /** Call ids that the vendor sent in this response. */
  private readonly ids = new Set<string>();
  private readonly tokenLogprobs: TokenLogprob[] = [];
  private nextIndex = 0;
  private batch: ModelEvent[] = [];
  private readonly collects: boolean;
  /** Open parts by key. A text or reasoning part is open alone, and tool calls can be open together. */
  private readonly open = new Map<string, OpenPart>();
  /** Key of the open text or reasoning part. Storing the key with the part avoids a lookup for each delta. */
  private currentKey: string | undefined;
  private current: OpenPart | undefined;

  /** `collects`: whether `take` returns the events. Otherwise, each method returns its events. */
  constructor(target: string, { collects = false }: { readonly collects?: boolean | undefined } = {}) {
    this.target = target;
    this.collects = collects;
  }

  /** Returns the events collected so far, and begins another list. */
  take(): readonly ModelEvent[] {
    const { batch } = this;
    this.batch = [];
    return batch;
  }

  /** Whether any part was opened. */
  get hasContent(): boolean {
    return this.nextIndex > 0;
  }

  /** Writes the `start` event with the vendor's id of the response and its model. Later calls write nothing. */
  start(id?: string, model?: unknown): readonly ModelEvent[] {
    if (!this.started) {
      this.model(model);
      this.ensureStarted(id);
    }
    return this.written();
  }

  /** Sets the model that answers, by the vendor's name. Ignores a value that is not a name. The last name is reported. */
  model(model: unknown): void {
    if (typeof model === 'string' && model !== '') this.servedModel = model;
  }

  /**
   * Adds facts, which the `finish` event reports if they contain `wire`, because `wire` identifies their type. Ignores members that
   * are `undefined`. The id and the service tier are added automatically.
   */
  facts<Facts extends VendorFacts>(facts: Partial<Facts>): void {
    this.vendorFacts = {
      ...this.vendorFacts,
      ...(definedMembers(facts) as Partial<VendorFacts> | undefined),
    };
  }

  /** Writes text to the open text part if it has this `key`. Otherwise, begins another text part. */
  text(text: string, key = 'text', replay?: Replay): readonly ModelEvent[] {
    return this.writeText(text, key, replay, false);
  }

  /** Writes text of a refusal: a text part with `isRefusal`. */
  refusal(text: string, key = 'refusal', replay?: Replay): readonly ModelEvent[] {
    return this.writeText(text, key, replay, true);
  }

  /** Writes reasoning and its replay data to the open reasoning part if it has this `key`. Otherwise, begins another part. */
  reasoning(text: string, replay?: Replay, key = 'reasoning'): readonly ModelEvent[] {
    if (text === '' && replay === undefined) return [];
    const open = this.openPart('reasoning', key, replay);
    if (text !== '') {
      open.text += text;
      this.batch.push({ type: 'reasoning-delta', index: open.index, text });
    }
    return this.written();
  }

  /** Writes a fragment of the tool call with this `key`. */
  toolCall(key: string, delta: ToolCallDelta): readonly ModelEvent[] {
    const open = this.open.get(key) ?? this.openCall(key, delta);
    if (delta.replay !== undefined) open.replay = delta.replay;
    if (delta.programId !== undefined) open.programId = delta.programId;
    if (delta.unfinished === true) open.unfinished = true;
    const json = delta.json ?? restOf(delta.complete, open.text);
    if (json !== undefined && json !== '') {
      open.text += json;
      this.batch.push({ type: 'args-delta', index: open.index, json });
    }
    if (delta.complete !== undefined && delta.complete !== open.text) {
      open.text = delta.complete;
      this.repaired(open.name, 'the fragments did not add up to them');
    }
    return this.written();
  }

  /** Writes a complete vendor part. */
  vendor(part: Omit<VendorPart, 'type'>): readonly ModelEvent[] {
    return this.completePart({ type: 'vendor', ...part });
  }

  /** Writes a call that waits for the client. Ends the open parts. Generates an id for a call without a unique one. */
  vendorCall({ id, ...part }: Omit<VendorCallPart, 'type'>): readonly ModelEvent[] {
    // Before the id, because the warning about a repeated id must follow the `start` event.
    this.ensureStarted();
    const callId = this.uniqueId(id) ?? generateCallId(this.responseId, this.nextIndex);
    return this.completePart({ type: 'vendor-call', id: callId, ...part });
  }

  /** Writes an image or audio that the model generated. Ends the open parts. */
  media(part: ImagePart | AudioPart): readonly ModelEvent[] {
    return this.completePart(part);
  }

  /** Text of the open text part; `undefined` if no text part is open. */
  get openText(): string | undefined {
    return this.current?.type === 'text' ? this.current.text : undefined;
  }

  /** Adds citations to the open text part. Returns false if no text part is open. */
  cite(citations: readonly Citation[]): boolean {
    const open = this.current;
    if (open?.type !== 'text') return false;
    if (citations.length > 0) open.citations = [...(open.citations ?? []), ...citations];
    return true;
  }

  /** Adds log probabilities, which the `finish` event will contain. */
  logprobs(tokens: readonly TokenLogprob[]): void {
    this.tokenLogprobs.push(...tokens);
  }

  /** Ends the part with this `key`, if it is open. */
  end(key: string): readonly ModelEvent[] {
    const open = this.open.get(key);
    if (open !== undefined) this.close(key, open);
    return this.written();
  }

  /** Writes warnings. Warnings written before the `start` event follow that event. */
  warning(...warnings: readonly Warning[]): readonly ModelEvent[] {
    if (!this.started) {
      this.earlyWarnings.push(...warnings);
      return [];
    }
    for (const warning of warnings) this.batch.push({ type: 'warning', warning });
    return this.written();
  }

  /** Ends all parts and writes the `finish` event. Call it once. `raw` is the vendor's name for the reason. */
  finish(
    reason: FinishReason,
    raw: string | undefined,
    usage: Usage | undefined,
    stopDetails?: StopDetails,
  ): readonly ModelEvent[] {
    this.ensureStarted();
    this.closeAll(reason === 'length');
    const { target, tokenLogprobs } = this;
    this.batch.push({
      type: 'finish',
      target,
      reason,
      raw,
      usage,
      ...this.served(usage),
      ...(stopDetails && { stopDetails }),
      ...(tokenLogprobs.length > 0 && { logprobs: tokenLogprobs }),
    });
    return this.written();
  }

  private served(usage: Usage | undefined): { readonly model?: string; readonly vendor?: VendorFacts } {
    const { servedModel, vendorFacts, responseId } = this;
    const { wire } = vendorFacts;
    const id = responseId === '' ? undefined : { id: responseId };
    const tier = usage?.details?.serviceTier;
    return {
      ...(servedModel !== undefined && { model: servedModel }),
      ...(wire !== undefined && {
        vendor: { wire, ...id, ...(tier !== undefined && { serviceTier: tier }), ...vendorFacts },
      }),
    };
  }

  /** Ends the open parts, and writes a part that has no deltas. */
  private completePart(part: AssistantPart): readonly ModelEvent[] {
    this.ensureStarted();
    this.closeAll();
    this.batch.push({ type: 'part-end', index: this.nextIndex++, part });
    return this.written();
  }

  private writeText(
    text: string,
    key: string,
    replay: Replay | undefined,
    isRefusal: boolean,
  ): readonly ModelEvent[] {
    if (text === '' && replay === undefined) return [];
    const open = this.openPart('text', key, replay, isRefusal);
    if (text !== '') {
      open.text += text;
      this.batch.push({ type: 'text-delta', index: open.index, text });
    }
    return this.written();
  }

  /** Returns the open text or reasoning part with this type and key. If no such part is open, begins one. */
  private openPart(
    type: 'text' | 'reasoning',
    key: string,
    replay: Replay | undefined,
    isRefusal = false,
  ): OpenPart {
    let open = this.current;
    if (open === undefined || this.currentKey !== key || open.type !== type) {
      this.ensureStarted();
      this.closeAll();
      open = this.addPart(key, { type, isRefusal });
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

  private openCall(key: string, delta: ToolCallDelta): OpenPart {
    this.ensureStarted();
    // Ends an open text or reasoning part. Other calls stay open.
    if (this.current !== undefined) this.closeAll();
    const id = this.uniqueId(delta.id) ?? generateCallId(this.responseId, this.nextIndex);
    const name = delta.name ?? '';
    const open = this.addPart(key, { type: 'tool-call', id, name });
    this.batch.push({ type: 'part-start', index: open.index, part: { type: 'tool-call', id, name } });
    return open;
  }

  private addPart(key: string, head: Pick<OpenPart, 'type'> & Partial<OpenPart>): OpenPart {
    const part: OpenPart = { id: '', name: '', isRefusal: false, ...head, index: this.nextIndex++, text: '' };
    this.open.set(key, part);
    return part;
  }

  /** Returns a vendor's call id. Returns `undefined` if the id is missing or not unique, because results refer to calls by id. */
  private uniqueId(id: unknown): string | undefined {
    if (typeof id !== 'string' || id === '') return undefined;
    if (!this.ids.has(id)) {
      this.ids.add(id);
      return id;
    }
    const why = 'two calls of one response had it';
    this.batch.push({ type: 'warning', warning: { action: 'repaired', what: `tool call id "${id}"`, why } });
    return undefined;
  }

  private ensureStarted(id?: string): void {
    if (this.started) return;
    this.started = true;
    this.responseId = id ?? '';
    const { target, servedModel } = this;
    this.batch.push({
      type: 'start',
      target,
      id,
      ...(servedModel !== undefined && { model: servedModel }),
    });
    for (const warning of this.earlyWarnings) this.batch.push({ type: 'warning', warning });
  }

  private repaired(name: string, why: string): void {
    this.batch.push({ type: 'warning', warning: { action: 'repaired', what: `arguments of ${name}`, why } });
  }

  /** Ends all open parts. `isCut`: whether the token limit ended the response. */
  private closeAll(isCut = false): void {
    for (const [key, open] of this.open) this.close(key, open, isCut);
  }

  private close(key: string, open: OpenPart, isCut = false): void {
    this.open.delete(key);
    if (open === this.current) this.current = undefined;
    // May write a warning about repaired arguments, which precedes the end of the part.
    const part = this.partOf(open, isCut);
    this.batch.push({ type: 'part-end', index: open.index, part });
  }

  private partOf(
    { type, text, replay, id, name, programId, unfinished, citations, isRefusal }: OpenPart,
    isCut: boolean,
  ): AssistantPart {
    const token = replay === undefined ? undefined : { replay };
    if (type === 'text')
      return { type, text, ...(citations && { citations }), ...(isRefusal && { isRefusal }), ...token };
    if (type === 'reasoning') return { type, text, ...token };
    const call = { type, id, name, ...(programId !== undefined && { programId }) };
    if (unfinished === true) return { ...call, args: {}, invalid: { raw: text }, ...token };
    // Arguments that the token limit may have cut are not repaired, but `invalid`.
    const { repaired, ...parsed } = parseArguments(text, isCut);
    if (repaired !== undefined) this.repaired(name, repaired.join(', '));
    return { ...call, ...parsed, ...token };
  }

  /** Returns the events for the caller, unless the caller takes them with `take`. */
  private written(): readonly ModelEvent[] {
    if (this.collects) return [];
    return this.take();
  }
}

/** Returns the rest of the complete text, or `undefined` if the complete text does not begin with `written`. */
function restOf(complete: string | undefined, written: string): string | undefined {
  return complete?.startsWith(written) === true ? complete.slice(written.length) : undefined;
}

/**
 * Returns an id for a tool call without one. The id is unique in the turn. A replay of the response produces the same id, because
 * prompt caches depend on it.
 */
export const generateCallId = (responseId: string, index: number): string =>
  responseId === '' ? `call_${index}` : `call_${fnv1a(responseId).toString(36)}_${index}`;

/** Whether an id has the form of `generateCallId`. Providers for APIs without call ids do not send such an id. */
export const isGeneratedCallId = (id: string): boolean => /^call_(?:[0-9a-z]{1,7}_)?\d{1,6}$/.test(id);
