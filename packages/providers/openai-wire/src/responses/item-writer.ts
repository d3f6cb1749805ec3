import type { Citation, ImagePart, JsonObject, Replay, VendorCallPart, VendorPart } from '@majordomo/core';
import type { EventWriter } from '@majordomo/wire-kit';
import { NullFilter, removeNulls } from '../schema/null-filter.ts';
import type { OriginalSchemas } from '../schema/strict-tools.ts';
import { LeakedCallFilter } from './leaked-calls.ts';

interface TextItem {
  readonly type: 'text' | 'reasoning';
  readonly key: string;
  /** Text received so far, including text that is not written yet. */
  text: string;
  /** Text that is written after the open calls end. */
  pending: string;
  replay: Replay | undefined;
  citations: readonly Citation[];
  /** Filter that removes nulls that represent absent properties. `undefined` if the text has no schema. */
  readonly nulls: NullFilter | undefined;
  /** Whether the message is a refusal. */
  isRefusal: boolean;
}

/** Vendor part without its type, an image that a tool of the vendor generated, or a call that waits for the client. */
type Vendor = Omit<VendorPart, 'type'> | ImagePart | VendorCallPart;

interface CallItem {
  readonly key: string;
  /** Caller's schema, if null in the arguments means an absent property. */
  readonly schema: JsonObject | undefined;
  readonly nulls: NullFilter | undefined;
  /** Whether arguments arrived in fragments. */
  hasFragments: boolean;
  /** Complete arguments that arrived before the end of the item. */
  completeArguments: string | undefined;
  hasEnded: boolean;
}

/**
 * Writes the parts of one response. Text and vendor parts that arrive while calls are open are written after these calls, because
 * another part would end the calls. Written fragments remain, even if the complete text at the end differs from the fragments.
 */
export class ItemWriter {
  readonly leakedCalls: LeakedCallFilter = new LeakedCallFilter();
  private readonly writer: EventWriter;
  private readonly texts = new Map<string, TextItem>();
  private readonly thoughts = new Map<string, TextItem>();
  private readonly calls = new Map<string, CallItem>();
  /** Items with `pending` text or with replay data, and vendor parts, that `flush` writes when the last open call has ended. */
  private readonly waiting = new Set<TextItem | Vendor>();
  private hasVendor = false;
  /** Number of calls that have begun and not ended. */
  private openCalls = 0;
  /** Caller's schemas in which a null in the response means an absent property. */
  private readonly originals: OriginalSchemas | undefined;
  /** Key of the message whose text part is open. Replay data can be added only to this message. */
  private openMessageKey = '';

  constructor(writer: EventWriter, originals?: OriginalSchemas) {
    this.writer = writer;
    this.originals = originals;
  }

  get hasItems(): boolean {
    return this.hasText || this.thoughts.size > 0 || this.hasCalls || this.hasVendor;
  }

  get hasText(): boolean {
    for (const item of this.texts.values()) if (item.text !== '') return true;
    return false;
  }

  get hasCalls(): boolean {
    return this.calls.size > 0;
  }

  /** Begins a message, and sets the replay data that is written with the text of the message. */
  openMessage(key: string, replay: Replay | undefined): void {
    this.item('text', key).replay = replay;
  }

  /** Marks a message as a refusal, unless it already has text. */
  markRefusal(key: string): void {
    const item = this.item('text', key);
    if (item.text === '') item.isRefusal = true;
  }

  /** Writes a fragment of a message or of reasoning. */
  text(type: TextItem['type'], key: string, delta: string): void {
    if (delta === '') return;
    const item = this.item(type, key);
    item.text += delta;
    this.write(item, type === 'text' ? this.filtered(item, this.leakedCalls.push(delta)) : delta);
  }

  /** Writes the complete text, unless fragments have arrived. */
  fill(type: TextItem['type'], key: string, full: string): void {
    if (this.item(type, key).text === '') this.text(type, key, full);
  }

  /** Sets the citations of a message. Must be called before `endText`. */
  cite(key: string, citations: readonly Citation[]): void {
    this.item('text', key).citations = citations;
  }

  vendor(part: Vendor): void {
    this.hasVendor = true;
    if (this.openCalls > 0) this.waiting.add(part);
    else this.writeVendor(part);
  }

  /** Ends a message or reasoning. If its complete text `full` begins with the received text, writes the rest of `full`. */
  endText(type: TextItem['type'], key: string, full: string, replay: Replay | undefined): void {
    const item = this.item(type, key);
    item.replay = replay;
    if (full.startsWith(item.text)) this.text(type, key, full.slice(item.text.length));
    if (type === 'text')
      this.write(item, this.filtered(item, this.leakedCalls.end()) + (item.nulls?.end() ?? ''));
    if (this.openCalls === 0 && this.openMessageKey === item.key) this.writer.cite(item.citations);
    if (replay === undefined) return;
    if (this.openCalls > 0) this.waiting.add(item);
    else if (type === 'reasoning') this.writer.reasoning('', replay, item.key);
    else if (this.openMessageKey === item.key) this.writer.text('', item.key, replay);
  }

  beginCall(key: string, id: string, name: string): void {
    if (this.calls.has(key)) return;
    const schema = this.originals?.tools.get(name);
    const nulls = schema === undefined ? undefined : new NullFilter(schema);
    this.calls.set(key, {
      key: `call ${key}`,
      schema,
      nulls,
      hasFragments: false,
      completeArguments: undefined,
      hasEnded: false,
    });
    this.openCalls++;
    this.openMessageKey = '';
    this.writer.toolCall(`call ${key}`, { id, name });
  }

  appendArguments(key: string, json: string): void {
    const call = this.calls.get(key);
    if (call?.hasEnded !== false) return;
    call.hasFragments ||= !isEmptyObject(json);
    this.writer.toolCall(call.key, { json: call.nulls?.push(json) ?? json });
  }

  /** Sets the complete arguments of a call. The end of the item can still mark the call as incomplete. */
  setArguments(key: string, json: string): void {
    const call = this.calls.get(key);
    if (call !== undefined && (call.completeArguments === undefined || !isEmptyObject(json)))
      call.completeArguments = json;
  }

  /** Ends a call. `last` contains complete arguments, which replace the fragments. If `unfinished`, the call must not run. */
  endCall(
    key: string,
    last: string | undefined,
    unfinished: boolean,
    replay: Replay | undefined,
    programId?: string,
  ): void {
    const call = this.calls.get(key);
    if (call === undefined || call.hasEnded) return;
    call.hasEnded = true;
    this.openCalls--;
    const { schema, nulls } = call;
    const complete = finalArguments(call, last);
    this.writer.toolCall(call.key, {
      json: complete === undefined ? nulls?.end() : undefined,
      complete: complete === undefined || schema === undefined ? complete : removeNulls(complete, schema),
      unfinished,
      programId,
      replay,
    });
    // End parallel calls together, because parts must end in the order in which they began. `end` ignores calls that have ended before.
    if (this.openCalls > 0) return;
    for (const { key: each } of this.calls.values()) this.writer.end(each);
    this.flush();
  }

  /** Ends all open items. Marks a call without complete arguments as incomplete, so that it does not run. */
  end(): void {
    for (const [key, { completeArguments: json }] of this.calls)
      this.endCall(key, json, json === undefined, undefined);
    // All messages share `leakedCalls`, so the text that it holds back belongs to the last message.
    const last = [...this.texts.values()].at(-1);
    if (last !== undefined)
      this.write(last, this.filtered(last, this.leakedCalls.end()) + (last.nulls?.end() ?? ''));
  }

  private filtered({ nulls, isRefusal }: TextItem, text: string): string {
    return nulls === undefined || isRefusal ? text : nulls.push(text);
  }

  private item(type: TextItem['type'], key: string): TextItem {
    const items = type === 'text' ? this.texts : this.thoughts;
    let item = items.get(key);
    if (item === undefined) {
      const output = type === 'text' ? this.originals?.output : undefined;
      const nulls = output === undefined ? undefined : new NullFilter(output);
      item = {
        type,
        key: `${type} ${key}`,
        text: '',
        pending: '',
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
      item.pending += text;
      this.waiting.add(item);
    } else {
      this.writeText(item, text);
    }
  }

  private flush(): void {
    for (const item of this.waiting) {
      if ('kind' in item || 'bytes' in item) this.writeVendor(item);
      else this.flushText(item);
    }
    this.waiting.clear();
  }

  private writeVendor(part: Vendor): void {
    this.openMessageKey = '';
    // A call also has `kind`, so `id` is checked first.
    if ('id' in part) this.writer.vendorCall(part);
    else if ('kind' in part) this.writer.vendor(part);
    else this.writer.media(part);
  }

  private flushText(item: TextItem): void {
    const { type, pending, citations } = item;
    // The text part of an item without pending text has ended, so it cannot get replay data.
    if (type === 'text' && pending === '') return;
    // The item may continue, and wait again, while a later call is open.
    item.pending = '';
    this.writeText(item, pending);
    if (type === 'text') this.writer.cite(citations);
  }

  private writeText({ type, key, replay, isRefusal }: TextItem, text: string): void {
    this.openMessageKey = type === 'text' ? key : '';
    if (type === 'reasoning') this.writer.reasoning(text, replay, key);
    else if (isRefusal) this.writer.refusal(text, key, replay);
    else this.writer.text(text, key, replay);
  }
}

/** Returns the final arguments. Empty arguments, which LM Studio sends at the end (2026), do not replace earlier arguments. */
function finalArguments(
  { completeArguments, hasFragments }: CallItem,
  last: string | undefined,
): string | undefined {
  const found = [last, completeArguments].find((each) => each !== undefined && !isEmptyObject(each));
  return found ?? (hasFragments ? undefined : (last ?? completeArguments));
}

/** Whether the arguments are empty or an empty object. */
const isEmptyObject = (json: string): boolean => /^\s*(?:\{\s*\}\s*)?$/.test(json);
