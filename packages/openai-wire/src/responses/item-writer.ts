import type { Citation, JsonObject, Replay, VendorPart } from '@majordomo/core';
import type { EventWriter } from '@majordomo/core/toolkit';
import { NullFilter, withoutNulls } from '../schema/null-filter.ts';
import type { Absences } from '../schema/strict-tools.ts';
import { LeakFilter } from './leaked-calls.ts';

interface TextItem {
  readonly type: 'text' | 'reasoning';
  readonly key: string;
  /** All that came, shown or not. */
  text: string;
  /** What waits for open calls to end. */
  held: string;
  replay: Replay | undefined;
  citations: readonly Citation[];
  /** Where absence comes as null. */
  readonly nulls: NullFilter | undefined;
  /** Of a message: the model says it instead of an answer. */
  isRefusal: boolean;
}

type Vendor = Omit<VendorPart, 'type'>;

interface CallItem {
  readonly key: string;
  /** The tool's own schema, where absence comes as null. */
  readonly schema: JsonObject | undefined;
  readonly nulls: NullFilter | undefined;
  /** Did any of its arguments come in fragments? */
  hasFragments: boolean;
  /** All of its arguments, as said before the item was over. */
  whole: string | undefined;
  /** Nothing more is read of it. */
  isOver: boolean;
}

/**
 * The parts of one answer. Items come one after the other; should text come while a call is open, it waits, so that a
 * call is never written twice. Fragments that contradict a later whole text were shown already: they stand.
 */
export class ItemWriter {
  readonly leak: LeakFilter = new LeakFilter();
  private readonly scribe: EventWriter;
  private readonly texts = new Map<string, TextItem>();
  private readonly thoughts = new Map<string, TextItem>();
  private readonly calls = new Map<string, CallItem>();
  private readonly waiting = new Set<TextItem | Vendor>();
  private hasVendor = false;
  private openCalls = 0;
  /** What was asked for in schemas whose absent properties come as null. */
  private readonly absences: Absences | undefined;
  /** The message whose part is open: only that can still get its token. */
  private writing = '';

  constructor(scribe: EventWriter, absences?: Absences) {
    this.scribe = scribe;
    this.absences = absences;
  }

  /** Did anything come? */
  get any(): boolean {
    return this.hasText || this.thoughts.size > 0 || this.hasCalls || this.hasVendor;
  }

  get hasText(): boolean {
    for (const item of this.texts.values()) if (item.text !== '') return true;
    return false;
  }

  get hasCalls(): boolean {
    return this.calls.size > 0;
  }

  /** A message begins: its token is known before its text. */
  open(key: string, replay: Replay | undefined): void {
    this.item('text', key).replay = replay;
  }

  /** The message refuses. One that has begun to answer stays what it is. */
  refuse(key: string): void {
    const item = this.item('text', key);
    if (item.text === '') item.isRefusal = true;
  }

  /** One fragment of a message or of reasoning. */
  text(type: TextItem['type'], key: string, delta: string): void {
    if (delta === '') return;
    const item = this.item(type, key);
    item.text += delta;
    this.write(item, type === 'text' ? this.shown(item, this.leak.push(delta)) : delta);
  }

  /** All of its text, where none came in fragments. */
  fill(type: TextItem['type'], key: string, full: string): void {
    if (this.item(type, key).text === '') this.text(type, key, full);
  }

  /** What a message cites: known before its end. */
  cite(key: string, citations: readonly Citation[]): void {
    this.item('text', key).citations = citations;
  }

  /** What ran at the vendor, in its place. */
  vendor(part: Vendor): void {
    this.hasVendor = true;
    this.writing = '';
    if (this.openCalls > 0) this.waiting.add(part);
    else this.scribe.vendor(part);
  }

  /** The item is over; `full` is all of its text. */
  endText(type: TextItem['type'], key: string, full: string, replay: Replay | undefined): void {
    const item = this.item(type, key);
    item.replay = replay;
    if (full.startsWith(item.text)) this.text(type, key, full.slice(item.text.length));
    if (type === 'text') this.write(item, this.shown(item, this.leak.end()) + (item.nulls?.end() ?? ''));
    if (this.openCalls === 0 && this.writing === item.key) this.scribe.cite(item.citations);
    if (replay === undefined) return;
    if (this.openCalls > 0) this.waiting.add(item);
    else if (type === 'reasoning') this.scribe.reasoning('', replay, item.key);
    else if (this.writing === item.key) this.scribe.text('', item.key, replay);
  }

  beginCall(key: string, id: string, name: string): void {
    if (this.calls.has(key)) return;
    const schema = this.absences?.tools.get(name);
    const nulls = schema === undefined ? undefined : new NullFilter(schema);
    this.calls.set(key, {
      key: `call ${key}`,
      schema,
      nulls,
      hasFragments: false,
      whole: undefined,
      isOver: false,
    });
    this.openCalls++;
    this.writing = '';
    this.scribe.toolCall(`call ${key}`, { id, name });
  }

  callText(key: string, json: string): void {
    const call = this.calls.get(key);
    if (call?.isOver !== false) return;
    call.hasFragments ||= !saysNothing(json);
    this.scribe.toolCall(call.key, { json: call.nulls?.push(json) ?? json });
  }

  /** All arguments, which may still be those of an item that is never finished. */
  callWhole(key: string, whole: string): void {
    const call = this.calls.get(key);
    if (call !== undefined && (call.whole === undefined || !saysNothing(whole))) call.whole = whole;
  }

  /** `last`: all of its arguments, over what came in fragments. `unfinished`: never to be run. */
  endCall(key: string, last: string | undefined, unfinished: boolean, replay: Replay | undefined): void {
    const call = this.calls.get(key);
    if (call === undefined || call.isOver) return;
    call.isOver = true;
    this.openCalls--;
    const { schema, nulls } = call;
    const whole = lastWord(call, last);
    this.scribe.toolCall(call.key, {
      json: whole === undefined ? nulls?.end() : undefined,
      complete: whole === undefined || schema === undefined ? whole : withoutNulls(whole, schema),
      unfinished,
      replay,
    });
    // Calls that are written side by side end together: parts end in the order in which they began.
    if (this.openCalls > 0) return;
    for (const { key: each } of this.calls.values()) this.scribe.end(each);
    this.flush();
  }

  /** Ends what never said that it is over: a call without all of its arguments is not to be run. */
  end(): void {
    for (const [key, { whole }] of this.calls) this.endCall(key, whole, whole === undefined, undefined);
    const last = [...this.texts.values()].at(-1);
    if (last !== undefined) this.write(last, this.shown(last, this.leak.end()) + (last.nulls?.end() ?? ''));
  }

  private shown({ nulls, isRefusal }: TextItem, text: string): string {
    return nulls === undefined || isRefusal ? text : nulls.push(text);
  }

  private item(type: TextItem['type'], key: string): TextItem {
    const items = type === 'text' ? this.texts : this.thoughts;
    let item = items.get(key);
    if (item === undefined) {
      const output = type === 'text' ? this.absences?.output : undefined;
      const nulls = output === undefined ? undefined : new NullFilter(output);
      item = {
        type,
        key: `${type} ${key}`,
        text: '',
        held: '',
        replay: undefined,
        citations: [],
        nulls,
        isRefusal: false,
      };
      items.set(key, item);
    }
    return item;
  }

  private write(item: TextItem, text: string): void {
    if (text === '') return;
    if (this.openCalls > 0) {
      item.held += text;
      this.waiting.add(item);
    } else if (item.type === 'text') {
      this.writing = item.key;
      this.say(item, text);
    } else {
      this.writing = '';
      this.scribe.reasoning(text, item.replay, item.key);
    }
  }

  private flush(): void {
    for (const item of this.waiting) {
      if ('kind' in item) this.scribe.vendor(item);
      else this.flushText(item);
    }
    this.waiting.clear();
  }

  private flushText(item: TextItem): void {
    const { type, held, key, replay, citations } = item;
    if (type === 'reasoning') this.scribe.reasoning(held, replay, key);
    else if (held !== '') {
      this.say(item, held);
      this.scribe.cite(citations);
    }
  }

  private say({ key, replay, isRefusal }: TextItem, text: string): void {
    if (isRefusal) this.scribe.refusal(text, key, replay);
    else this.scribe.text(text, key, replay);
  }
}

/** The arguments that count. An empty last word takes nothing back that came before it (LM Studio, 2026). */
function lastWord({ whole, hasFragments }: CallItem, last: string | undefined): string | undefined {
  const said = [last, whole].find((each) => each !== undefined && !saysNothing(each));
  return said ?? (hasFragments ? undefined : (last ?? whole));
}

/** No arguments: that may be meant, or be all that a server says where it has said everything before. */
const saysNothing = (json: string): boolean => /^\s*(?:\{\s*\}\s*)?$/.test(json);
