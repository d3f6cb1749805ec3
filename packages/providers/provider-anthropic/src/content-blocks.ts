import { LlmError } from '@majordomo/core';
import type { JsonObject, Replay } from '@majordomo/core';
import { citationOf, isReplayed } from './citations.ts';
import { programIdOf } from './programs.ts';
import { callerOf, VendorBlock, vendorPart } from './vendor-parts.ts';
import type { WireStopDetails } from './response.ts';
import { asRecord, CLAUDE_FAMILY } from '@majordomo/core/toolkit';
import { jsonText, EventWriter, OnceWarnings } from '@majordomo/wire-kit';
import { otherMembers } from '@majordomo/wire-kit/internal';
import { READ_MEMBERS } from './kept-members.ts';
import { isToolsetCall, toolsetCall } from './toolsets.ts';

/** Complete content block, or the start of a block in a stream. Blocks of server tools and newer types have other properties. */
export interface WireBlock {
  readonly type?: string;
  readonly text?: string;
  readonly thinking?: string;
  readonly signature?: string;
  readonly data?: string;
  readonly id?: string;
  readonly name?: string;
  readonly input?: unknown;
  readonly caller?: unknown;
  readonly citations?: readonly unknown[] | null;
}

export interface WireDelta {
  readonly type?: string;
  readonly text?: string;
  readonly thinking?: string;
  readonly signature?: string;
  readonly partial_json?: string;
  readonly citation?: unknown;
  readonly stop_reason?: string | null;
  readonly stop_details?: WireStopDetails | null;
  readonly stop_sequence?: string | null;
  readonly container?: unknown;
}

/** Stream event that concerns a content block. */
export interface BlockEvent {
  readonly type?: string;
  readonly index?: number;
  readonly content_block?: WireBlock;
  readonly delta?: WireDelta;
}

/** Content block that has started but not ended. Some servers other than Anthropic's open several tool calls at the same time. */
interface OpenBlock {
  readonly key: string;
  readonly type: string;
  /** Arguments in the start event of the block. Some servers send all arguments in this event, and no deltas. */
  initialJson: string;
  signature: string;
  /** Citations of the text, as the vendor sent them. */
  readonly citations: unknown[];
  /** Members of the block that no type names, as a property of replay data. */
  readonly kept: { readonly members?: JsonObject };
  /** Collector of the complete block, if the block becomes a vendor part. */
  readonly vendorBlock: VendorBlock | undefined;
}

/** Reads the content blocks of one response. */
export class ContentBlocks {
  private readonly writer: EventWriter;
  private readonly family: string;
  private readonly blocks = new Map<number, OpenBlock>();
  /** Whether another model continued the response (`BetaFallbackBlock` in SDK 1.10). */
  hasFallback = false;
  /** Number of programs that started in this response and called tools. */
  programs = 0;
  /** Ids of the calls of vendor tools that started in this response and have not called tools. */
  private readonly serverCalls = new Set<string>();
  private openCalls = 0;
  private calls = 0;
  /** Events that arrived while tool calls were open. They are processed later, because other parts would end the calls. */
  private deferred: BlockEvent[] = [];
  /** Index of the previous event, for servers that omit the index from an event. */
  private lastIndex = 0;
  private readonly warnings: OnceWarnings;

  /** `family` identifies the models that accept reasoning and vendor blocks of this server. */
  constructor({ writer, family }: { readonly writer: EventWriter; readonly family: string }) {
    this.writer = writer;
    this.warnings = new OnceWarnings(writer);
    this.family = family;
  }

  /** Whether the model called a tool that the client must run. */
  get hasCalls(): boolean {
    return this.calls > 0;
  }

  /** Processes one block of a non-streaming response. */
  completeBlock(block: WireBlock | null, index: number): void {
    // Only the start of a streamed block may lack its text, so check it here.
    if (block?.type === 'text') this.text(block.text, `content[${index}].text`);
    this.blockStart(block, index);
    this.blockStop(index);
  }

  /** Ends the response. Writes the arguments that arrived in the start event of a call, and processes the deferred events. */
  flush(): void {
    for (const open of this.blocks.values()) this.writeInitialJson(open);
    while (this.deferred.length > 0) {
      // A call without a stop event would defer these events again.
      this.openCalls = 0;
      this.readDeferred();
    }
  }

  /** Processes one stream event. While tool calls are open, defers the events of other blocks until the calls have ended. */
  event(event: BlockEvent): void {
    const { index = this.lastIndex } = event;
    this.lastIndex = index;
    if (this.openCalls > 0 && !this.isOfCall(event, index)) {
      this.deferred.push({ ...event, index });
      return;
    }
    if (event.type === 'content_block_start')
      this.blockStart(event.content_block ?? this.missing('content_block'), index);
    else if (event.type === 'content_block_delta') this.delta(event.delta ?? this.missing('delta'), index);
    else this.blockStop(index);
  }

  private isOfCall({ content_block: block }: BlockEvent, index: number): boolean {
    if (block !== undefined) return typeOf(block) === 'tool_use';
    return this.blocks.get(index)?.type === 'tool_use';
  }

  private blockStart(block: WireBlock | null, index: number): void {
    if (typeof block?.type !== 'string') this.missing(`content[${index}].type`);
    const type = typeOf(block);
    if (type === 'fallback') {
      this.hasFallback = true;
      this.writer.model(asRecord(asRecord(block)['to'])['model']);
    }
    if (type === 'server_tool_use' && block.id !== undefined) this.serverCalls.add(block.id);
    // A block of a type without an entry becomes a vendor part, or a call that waits for the client.
    const known = READ_MEMBERS[type];
    const vendorBlock = known === undefined ? new VendorBlock(block) : undefined;
    const members = known && otherMembers(block, known);
    const open: OpenBlock = {
      key: String(index),
      type,
      initialJson: '',
      signature: '',
      citations: [],
      kept: members === undefined ? {} : { members },
      vendorBlock,
    };
    // The server sent no stop event for the block before.
    if (this.blocks.has(index)) this.blockStop(index);
    this.blocks.set(index, open);
    switch (type) {
      case 'text':
        this.writer.text(this.text(block.text ?? '', `content[${index}].text`), open.key);
        open.citations.push(...(block.citations ?? []));
        break;
      case 'thinking':
        this.writer.reasoning(block.thinking ?? '', undefined, open.key);
        if (block.signature !== undefined && block.signature !== '') this.sign(open, block.signature);
        break;
      case 'redacted_thinking':
        this.writer.reasoning(
          '',
          this.replay({ redacted: this.text(block.data, `content[${index}].data`), ...open.kept }),
          open.key,
        );
        break;
      case 'tool_use': {
        const data = { ...callerOf(block.caller), ...open.kept };
        this.writer.toolCall(open.key, {
          id: block.id,
          name: this.text(block.name, `content[${index}].name`),
          programId: this.programOf(block.caller),
          replay: Object.keys(data).length === 0 ? undefined : this.replay(data),
        });
        open.initialJson = inputJson(block.input);
        this.openCalls++;
        this.calls++;
        break;
      }
      default:
    }
  }

  /** Returns the id of the program that made a call, and counts the program if it started in this response. */
  private programOf(caller: unknown): string | undefined {
    const id = programIdOf(caller);
    if (id !== undefined && this.serverCalls.delete(id)) this.programs++;
    return id;
  }

  private delta(delta: WireDelta, index: number): void {
    const { type } = delta;
    const open = this.blocks.get(index) ?? this.startImplicitly(type, index);
    if (open === undefined) return;
    if (open.vendorBlock !== undefined) {
      open.vendorBlock.append(delta);
      return;
    }
    switch (type) {
      case 'text_delta':
        // Some servers send text deltas in thinking blocks, so the type of the delta determines the part.
        if (isModelOutput(open)) this.writer.text(this.text(delta.text, 'delta.text'), open.key);
        break;
      case 'input_json_delta':
        if (open.type === 'tool_use')
          this.argumentsDelta(open, this.text(delta.partial_json, 'delta.partial_json'));
        break;
      case 'thinking_delta':
        if (isModelOutput(open))
          this.writer.reasoning(this.text(delta.thinking, 'delta.thinking'), undefined, open.key);
        break;
      case 'signature_delta':
        if (open.type === 'thinking') this.sign(open, this.text(delta.signature, 'delta.signature'));
        break;
      case 'citations_delta':
        open.citations.push(delta.citation);
        break;
      default:
        this.warnDropped(String(type));
    }
  }

  /** Starts the block of a delta whose start event is missing. */
  private startImplicitly(type: string | undefined, index: number): OpenBlock | undefined {
    if (type === 'input_json_delta') this.missing(`content[${index}].name`);
    if (type === 'text_delta') this.blockStart({ type: 'text' }, index);
    else if (type === 'thinking_delta') this.blockStart({ type: 'thinking' }, index);
    else this.warnDropped(String(type));
    return this.blocks.get(index);
  }

  /** Writes a warning about a block type or delta type that a transcript cannot represent. */
  private warnDropped(type: string): void {
    this.warnings.warn(
      `${type} in the response`,
      'a transcript cannot represent it, so it is not sent back to the model',
    );
  }

  private argumentsDelta(open: OpenBlock, json: string): void {
    if (json === '') return;
    open.initialJson = '';
    this.writer.toolCall(open.key, { json });
  }

  private sign(open: OpenBlock, signature: string): void {
    open.signature += signature;
    this.writer.reasoning('', this.replay({ signature: open.signature, ...open.kept }), open.key);
  }

  private blockStop(index: number): void {
    const open = this.blocks.get(index);
    if (open === undefined) return;
    this.blocks.delete(index);
    this.writeInitialJson(open);
    this.replayUnsigned(open);
    if (open.citations.length > 0 || open.kept.members !== undefined) this.endText(open);
    if (open.vendorBlock !== undefined) this.writeVendorPart(open.vendorBlock, open);
    this.writer.end(open.key);
    if (open.type !== 'tool_use') return;
    this.openCalls--;
    if (this.openCalls === 0) this.readDeferred();
  }

  /** Writes the citations of a text and its replay data. */
  private endText({ type, key, citations, kept }: OpenBlock): void {
    const converted = citations.flatMap((raw) => citationOf(raw) ?? []);
    if (type !== 'text' || !this.writer.cite(converted)) return;
    const replayed = citations.filter(isReplayed);
    const data = { ...(replayed.length > 0 && { cited: replayed }), ...kept };
    if (Object.keys(data).length > 0) this.writer.text('', key, this.replay(data));
  }

  private writeVendorPart(vendorBlock: VendorBlock, { type }: OpenBlock): void {
    const block = vendorBlock.complete();
    if (type === TOOLSET_CALL) {
      this.calls++;
      this.writer.vendorCall(toolsetCall(vendorBlock.opening, block, this.family));
    } else if (block === undefined) this.warnDropped(type);
    else this.writer.vendor(vendorPart(block, this.family));
  }

  private replay(data: JsonObject): Replay {
    return { family: this.family, data };
  }

  /** Marks unsigned thinking, so that later requests include it. Other vendors require thinking although they do not sign it. */
  private replayUnsigned({ type, key, signature, kept }: OpenBlock): void {
    if (type !== 'thinking' || signature !== '') return;
    if (this.family !== CLAUDE_FAMILY)
      this.writer.reasoning('', this.replay({ unsigned: true, ...kept }), key);
    else if (kept.members !== undefined) this.writer.reasoning('', this.replay(kept), key);
  }

  private writeInitialJson({ key, initialJson }: OpenBlock): void {
    if (initialJson !== '') this.writer.toolCall(key, { json: initialJson });
  }

  private readDeferred(): void {
    const { deferred } = this;
    this.deferred = [];
    for (const event of deferred) this.event(event);
  }

  private text(value: unknown, path: string): string {
    return typeof value === 'string' ? value : this.missing(path);
  }

  private missing(path: string): never {
    throw missingMember(path, this.writer.target);
  }
}

/** Returns the `protocol` error for a response that lacks the property at `path`. */
export const missingMember = (path: string, target: string): LlmError =>
  new LlmError('protocol', `${target}: the response has no "${path}"`, { target, path });

/** Type of a `tool_use` block that calls a member of a toolset. It becomes a call that waits for the client. */
const TOOLSET_CALL = 'toolset call';

const typeOf = (block: WireBlock): string => (isToolsetCall(block) ? TOOLSET_CALL : (block.type ?? ''));

const isModelOutput = ({ type }: OpenBlock): boolean => type === 'text' || type === 'thinking';

/** Returns the input of a call as JSON. Returns `''` for `{}`, because a streamed block starts with `{}` if deltas follow. */
function inputJson(input: unknown): string {
  if (input === undefined || input === null) return '';
  if (typeof input === 'object' && !Array.isArray(input) && Object.keys(input).length === 0) return '';
  return typeof input === 'string' ? input : jsonText(input);
}
