import { LlmError } from '@majordomo/core';
import type { Citation, JsonObject, Replay } from '@majordomo/core';
import { citationOf, goesBack } from './citations.ts';
import { callerOf, KeptBlock, vendorPart } from './vendor-parts.ts';
import type { WireStopDetails } from './response.ts';
import { CLAUDE_FAMILY } from '@majordomo/core/toolkit';
import { jsonText, EventWriter } from '@majordomo/wire-kit';

/**
 * A content block, whole or as it starts. Blocks of server tools and of types that came later have other
 * fields.
 */
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
}

/** An event about a content block. */
export interface BlockEvent {
  readonly type?: string;
  readonly index?: number;
  readonly content_block?: WireBlock;
  readonly delta?: WireDelta;
}

/** A block that is open. The vendor opens one at a time; servers of the same wire open calls side by side. */
interface OpenBlock {
  readonly key: string;
  readonly type: string;
  /** Arguments that came whole with the block's start, for servers that send no deltas. */
  whole: string;
  signature: string;
  /** What the text cites, as the wire says it. */
  readonly cited: unknown[];
  /** Of a block that no part stands for. */
  readonly kept: KeptBlock | undefined;
}

/** Reads the content blocks of one answer. */
export class ContentBlocks {
  private readonly scribe: EventWriter;
  private readonly family: string;
  /** Those that are open, by the wire's index. */
  private readonly blocks = new Map<number, OpenBlock>();
  private openCalls = 0;
  private calls = 0;
  /** What came while calls were open: parts of other kinds would end them. */
  private held: BlockEvent[] = [];
  /** Servers may leave the index out. */
  private lastIndex = 0;
  /** Types that were told to be passed over. */
  private readonly passedOver = new Set<string>();

  /** `family`: who can read the replay tokens of this server. */
  constructor({ scribe, family }: { readonly scribe: EventWriter; readonly family: string }) {
    this.scribe = scribe;
    this.family = family;
  }

  /** Did the model call any tool of the client? */
  get hasCalls(): boolean {
    return this.calls > 0;
  }

  /** A block of a whole body. */
  whole(block: WireBlock | null, index: number): void {
    if (block?.type === 'text') this.text(block.text, `content[${index}].text`);
    this.blockStart(block, index);
    this.blockStop(index);
  }

  /** The answer is over: what waits is told, and calls get the arguments that came with their start. */
  flush(): void {
    for (const open of this.blocks.values()) this.giveWhole(open);
    while (this.held.length > 0) {
      this.openCalls = 0;
      this.release();
    }
  }

  /** Calls go side by side; anything else waits until those that are open have ended. */
  event(event: BlockEvent): void {
    const { index = this.lastIndex } = event;
    this.lastIndex = index;
    if (this.openCalls > 0 && !this.isOfCall(event, index)) {
      this.held.push({ ...event, index });
      return;
    }
    if (event.type === 'content_block_start')
      this.blockStart(event.content_block ?? this.missing('content_block'), index);
    else if (event.type === 'content_block_delta') this.delta(event.delta ?? this.missing('delta'), index);
    else this.blockStop(index);
  }

  private isOfCall({ content_block: block }: BlockEvent, index: number): boolean {
    return (block ?? this.blocks.get(index))?.type === 'tool_use';
  }

  private blockStart(block: WireBlock | null, index: number): void {
    if (typeof block?.type !== 'string') this.missing(`content[${index}].type`);
    const { type } = block;
    const kept = PARTS.has(type) ? undefined : new KeptBlock(block);
    const open: OpenBlock = { key: String(index), type, whole: '', signature: '', cited: [], kept };
    if (this.blocks.has(index)) this.blockStop(index);
    this.blocks.set(index, open);
    switch (type) {
      case 'text':
        this.scribe.text(this.text(block.text ?? '', `content[${index}].text`), open.key);
        open.cited.push(...(block.citations ?? []));
        break;
      case 'thinking':
        this.scribe.reasoning(block.thinking ?? '', undefined, open.key);
        if (block.signature !== undefined && block.signature !== '') this.sign(open, block.signature);
        break;
      case 'redacted_thinking':
        this.scribe.reasoning(
          '',
          this.replay({ redacted: this.text(block.data, `content[${index}].data`) }),
          open.key,
        );
        break;
      case 'tool_use':
        this.scribe.toolCall(open.key, {
          id: block.id,
          name: this.text(block.name, `content[${index}].name`),
          replay: this.token(callerOf(block.caller)),
        });
        open.whole = wholeInput(block.input);
        this.openCalls++;
        this.calls++;
        break;
      default:
    }
  }

  private delta(delta: WireDelta, index: number): void {
    const { type } = delta;
    const open = this.blocks.get(index) ?? this.unstarted(type, index);
    if (open === undefined) return;
    if (open.kept !== undefined) {
      open.kept.add(delta);
      return;
    }
    switch (type) {
      case 'text_delta':
        // Of thinking too: servers of the same wire mix them up (text in a thinking block is text).
        if (isSaid(open)) this.scribe.text(this.text(delta.text, 'delta.text'), open.key);
        break;
      case 'input_json_delta':
        if (open.type === 'tool_use')
          this.argumentsDelta(open, this.text(delta.partial_json, 'delta.partial_json'));
        break;
      case 'thinking_delta':
        if (isSaid(open))
          this.scribe.reasoning(this.text(delta.thinking, 'delta.thinking'), undefined, open.key);
        break;
      case 'signature_delta':
        if (open.type === 'thinking') this.sign(open, this.text(delta.signature, 'delta.signature'));
        break;
      case 'citations_delta':
        open.cited.push(delta.citation);
        break;
      default:
        this.passOver(String(type));
    }
  }

  /** A delta without its block's start: text and thinking say what they are, a call would have no name. */
  private unstarted(type: string | undefined, index: number): OpenBlock | undefined {
    if (type === 'input_json_delta') this.missing(`content[${index}].name`);
    const started = type === 'text_delta' ? 'text' : type === 'thinking_delta' ? 'thinking' : undefined;
    if (started === undefined) this.passOver(String(type));
    else this.blockStart({ type: started }, index);
    return this.blocks.get(index);
  }

  /** What came in a form that cannot go back. */
  private passOver(type: string): void {
    if (this.passedOver.has(type)) return;
    this.passedOver.add(type);
    this.scribe.warning({
      action: 'dropped',
      what: `${type} in the answer`,
      why: 'a transcript cannot hold it, so it does not go back to the model',
    });
  }

  private argumentsDelta(open: OpenBlock, json: string): void {
    if (json === '') return;
    open.whole = '';
    this.scribe.toolCall(open.key, { json });
  }

  private sign(open: OpenBlock, signature: string): void {
    open.signature += signature;
    this.scribe.reasoning('', this.replay({ signature: open.signature }), open.key);
  }

  private blockStop(index: number): void {
    const open = this.blocks.get(index);
    if (open === undefined) return;
    this.blocks.delete(index);
    this.giveWhole(open);
    this.keepUnsigned(open);
    if (open.cited.length > 0) this.cite(open);
    if (open.kept !== undefined) this.keep(open.kept, open);
    this.scribe.end(open.key);
    if (open.type === 'tool_use' && --this.openCalls === 0) this.release();
  }

  /** Told with the end of their text. */
  private cite({ type, key, cited }: OpenBlock): void {
    const citations = cited.map(citationOf).filter((one): one is Citation => one !== undefined);
    if (type !== 'text' || !this.scribe.cite(citations)) return;
    const back = cited.filter(goesBack);
    if (back.length > 0) this.scribe.text('', key, this.replay({ cited: back }));
  }

  private keep(kept: KeptBlock, { type }: OpenBlock): void {
    const block = kept.whole();
    if (block === undefined) this.passOver(type);
    else this.scribe.vendor(vendorPart(block, this.family));
  }

  private token(data: JsonObject | undefined): Replay | undefined {
    return data && this.replay(data);
  }

  private replay(data: JsonObject): Replay {
    return { family: this.family, data };
  }

  /** Another vendor's server signs nothing, and wants its thinking back all the same. */
  private keepUnsigned({ type, key, signature }: OpenBlock): void {
    if (type === 'thinking' && signature === '' && this.family !== CLAUDE_FAMILY)
      this.scribe.reasoning('', this.replay({ unsigned: true }), key);
  }

  private giveWhole({ key, whole }: OpenBlock): void {
    if (whole !== '') this.scribe.toolCall(key, { json: whole });
  }

  private release(): void {
    const { held } = this;
    this.held = [];
    for (const event of held) this.event(event);
  }

  private text(value: unknown, path: string): string {
    return typeof value === 'string' ? value : this.missing(path);
  }

  private missing(path: string): never {
    throw without(path, this.scribe.target);
  }
}

/** Types of blocks that are parts of an answer. */
const PARTS: ReadonlySet<string> = new Set(['text', 'thinking', 'redacted_thinking', 'tool_use']);

/** An answer of this wire has this member; another shape is drift. */
export const without = (path: string, target: string): LlmError =>
  new LlmError('protocol', `${target} answered without "${path}"`, { target, path });

/** Does the model itself say it, to a reader? */
const isSaid = ({ type }: OpenBlock): boolean => type === 'text' || type === 'thinking';

/** The input as text; `{}` at the start of a stream only says that deltas follow. */
function wholeInput(input: unknown): string {
  if (input === undefined || input === null) return '';
  if (typeof input === 'object' && !Array.isArray(input) && Object.keys(input).length === 0) return '';
  return typeof input === 'string' ? input : jsonText(input);
}
