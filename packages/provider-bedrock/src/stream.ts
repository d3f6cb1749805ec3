import { LlmError } from '@majordomo/core';
import type { Citation, JsonObject, Replay, VendorPart } from '@majordomo/core';
import { asList, asRecord, isList, isRecord } from '@majordomo/core/toolkit';
import { jsonText, EventWriter } from '@majordomo/wire-kit';
import type { ReplayData } from './blocks.ts';
import { plainJson } from './vendor-parts.ts';
import {
  finishReason,
  usage,
  type Metadata,
  citationOf,
  type ReasoningDelta,
  type ToolUse,
  type WireCitation,
  type WireAnswer,
  type WireBlock,
} from './response.ts';

/** What is read of a stream's events; exactly one member is set. */
export interface WireEvent {
  readonly messageStart?: object | undefined;
  readonly contentBlockStart?:
    { readonly start?: BlockStart | undefined; readonly contentBlockIndex?: number | undefined } | undefined;
  readonly contentBlockDelta?:
    { readonly delta?: Delta | undefined; readonly contentBlockIndex?: number | undefined } | undefined;
  readonly contentBlockStop?: { readonly contentBlockIndex?: number | undefined } | undefined;
  readonly messageStop?: { readonly stopReason?: string | undefined } | undefined;
  readonly metadata?: Metadata | undefined;
}
interface BlockStart {
  readonly toolUse?: ToolUse | undefined;
  readonly toolResult?: object | undefined;
}
interface Delta {
  readonly text?: string | undefined;
  readonly toolUse?: { readonly input?: string | undefined } | undefined;
  readonly toolResult?: readonly unknown[] | undefined;
  readonly reasoningContent?: ReasoningDelta | undefined;
  readonly citation?: WireCitation | undefined;
}
const NOT_KEPT = 'an answer holds text, reasoning and tool calls; images come from an image model';
/** A tool that ran at the vendor, while its block is open. */
interface ServerUse extends ToolUse {
  readonly key: string;
  json: string;
}

/** What a reader is made with. */
interface ConverseReaderOptions {
  readonly writer: EventWriter;
  /** Who can read the replay tokens of this model. */
  readonly family: string;
  /** The wire gives answers no id of their own: the one of the request names both. */
  readonly id?: string | undefined;
}

/** Reads Converse: the event objects of a stream, or one whole answer. */
export class ConverseReader {
  readonly writer: EventWriter;
  /** True once the finish is written: nothing more is read. */
  done = false;
  private readonly family: string;
  private readonly id: string | undefined;
  private stopReason: string | undefined;
  private metadata: Metadata | undefined;
  private calls = 0;
  /** Calls that are open, in order, and those of them that are over: they end in the order in which they began. */
  private readonly openCalls: string[] = [];
  private readonly overCalls = new Set<string>();
  private signature = '';
  /** Kinds that were told to be passed over. */
  private readonly passedOver = new Set<string>();
  /** The result of a server tool, while its block is open. */
  private result: { readonly head: object; readonly content: unknown[] } | undefined;
  private serverUse: ServerUse | undefined;
  /** What ran at the vendor while calls were open: other parts would end them. */
  private held: Omit<VendorPart, 'type'>[] = [];
  /** A text stays open behind its block: what it cites may come in the next one. */
  private textKey: string | undefined;
  /** What a block cited before it had a text: Claude's comes before its text, Nova's in a block that has none. */
  private early: { readonly key: string; readonly citations: readonly Citation[] } | undefined;
  /** How often each tool ran at the vendor. */
  private readonly uses = new Map<string, number>();

  constructor({ writer, family, id }: ConverseReaderOptions) {
    this.writer = writer;
    this.family = family;
    this.id = id;
  }

  readEvent(event: WireEvent): void {
    if (event.contentBlockDelta !== undefined) {
      const { delta, contentBlockIndex } = event.contentBlockDelta;
      if (delta !== undefined) this.delta(delta, keyOf(contentBlockIndex));
    } else if (event.contentBlockStart !== undefined) {
      const { start, contentBlockIndex } = event.contentBlockStart;
      if (start !== undefined) this.blockStart(start, keyOf(contentBlockIndex));
    } else if (event.contentBlockStop !== undefined) {
      this.blockStop(keyOf(event.contentBlockStop.contentBlockIndex));
    } else if (event.messageStart !== undefined) {
      this.writer.start(this.id);
    } else if (event.messageStop !== undefined) {
      this.stopReason = this.string(event.messageStop.stopReason, 'messageStop.stopReason');
      if (this.metadata !== undefined) this.finish();
    } else if (event.metadata !== undefined) {
      this.metadata = event.metadata;
      if (this.stopReason !== undefined) this.finish();
    }
  }

  readBody(answer: WireAnswer): void {
    const content = answer.output?.message?.content;
    if (!Array.isArray(content)) throw this.drifted('output.message.content');
    this.writer.start(this.id);
    content.forEach((block: WireBlock, index) => {
      this.block(block, String(index));
    });
    this.stopReason = this.string(answer.stopReason, 'stopReason');
    this.metadata = answer;
    this.finish();
  }

  /** The stream is over. The usage may be missing, the stop reason may not. */
  end(): void {
    const { target } = this.writer;
    if (this.stopReason !== undefined) this.finish();
    else throw new LlmError('truncated', `${target} ended before its stop reason`, { target });
  }

  private blockStart({ toolUse, toolResult, ...rest }: BlockStart, key: string): void {
    if (toolUse !== undefined) {
      if (isServer(toolUse)) this.serverUse = { ...toolUse, key, json: '' };
      else this.openCall(toolUse, key);
    } else if (toolResult !== undefined) this.result = { head: toolResult, content: [] };
    else this.passOver(rest);
  }

  private delta(delta: Delta, key: string): void {
    if (delta.text !== undefined) this.text(delta.text, 'delta.text', key);
    else if (delta.toolUse !== undefined) this.input(delta.toolUse.input ?? '', key);
    else if (delta.reasoningContent !== undefined) this.reasoning(delta.reasoningContent, key);
    else if (delta.toolResult !== undefined) this.result?.content.push(...delta.toolResult);
    else if (delta.citation !== undefined) this.cite([delta.citation], key);
    else this.passOver(delta);
  }

  private blockStop(key: string): void {
    if (this.result !== undefined) this.keepResult({ ...this.result.head, content: this.result.content });
    this.result = undefined;
    if (this.serverUse?.key === key) this.keepUse(this.serverUse);
    this.signature = '';
    this.endBlock(key);
  }

  private endBlock(key: string): void {
    if (this.early?.key === key) this.tellEarly();
    if (!this.openCalls.includes(key)) {
      if (key !== this.textKey) this.writer.end(key);
      return;
    }
    this.overCalls.add(key);
    for (
      let first = this.openCalls[0];
      first !== undefined && this.overCalls.has(first);
      first = this.openCalls[0]
    ) {
      this.openCalls.shift();
      this.writer.end(first);
    }
    if (this.openCalls.length > 0) return;
    for (const part of this.held) this.writer.vendor(part);
    this.held = [];
  }

  private block(block: WireBlock, key: string): void {
    const { text, toolUse, toolResult, reasoningContent, citationsContent } = block;
    if (text !== undefined) this.text(text, `content[${key}].text`, key);
    else if (toolUse !== undefined && isServer(toolUse))
      this.keepUse({ ...toolUse, key, json: jsonText(plainJson(toolUse.input ?? {})) });
    else if (toolUse !== undefined) {
      this.openCall(toolUse, key);
      this.writer.toolCall(key, { json: jsonText(plainJson(toolUse.input ?? {})) });
    } else if (reasoningContent !== undefined) {
      this.reasoning(reasoningContent.reasoningText ?? reasoningContent, key);
    } else if (toolResult !== undefined) this.keepResult(toolResult);
    else if (citationsContent !== undefined) {
      for (const piece of citationsContent.content ?? [])
        this.text(piece.text ?? '', 'citationsContent', key);
      this.cite(citationsContent.citations ?? [], key);
    } else this.passOver(block);
    this.signature = '';
    this.endBlock(key);
  }

  /** Media, and kinds that came later; the SDK puts what it does not know under `$unknown`. */
  private passOver(block: object): void {
    for (const [name, value] of Object.entries(block)) {
      const kind = name === '$unknown' && isList(value) ? String(value[0]) : name;
      if (value !== undefined) this.dropped(kind, NOT_KEPT);
    }
  }

  private dropped(kind: string, why: string): void {
    if (this.passedOver.has(kind)) return;
    this.passedOver.add(kind);
    this.writer.warning({ action: 'dropped', what: `${kind} in the answer`, why });
  }

  private text(text: unknown, path: string, key: string): void {
    const piece = this.string(text, path);
    if (piece === '') return;
    this.writer.text(piece, key);
    this.textKey = key;
    if (this.early?.key === key) this.tellEarly();
  }

  /** Of its block's text, or, where that has none, of the text before it, whose block may be over. */
  private cite(raw: readonly WireCitation[], key: string): void {
    const citations = raw.map(citationOf).filter((one): one is Citation => one !== undefined);
    if (citations.length === 0) return;
    const before = this.early?.key === key ? this.early.citations : [];
    this.early = { key, citations: [...before, ...citations] };
    if (key === this.textKey) this.tellEarly();
  }

  private tellEarly(): void {
    const { citations = [] } = this.early ?? {};
    this.early = undefined;
    if (!this.writer.cite(citations))
      this.dropped('citations', 'the text that they belong to had ended before they came');
  }

  private openCall({ toolUseId, name }: ToolUse, key: string): void {
    if (name === undefined) throw this.drifted(`content[${key}].toolUse.name`);
    this.calls++;
    this.openCalls.push(key);
    this.writer.toolCall(key, { id: toolUseId, name });
  }

  /** A piece of a call's arguments, or of what a tool at the vendor was given. */
  private input(piece: unknown, key: string): void {
    const json = this.string(piece, 'delta.toolUse.input');
    if (this.serverUse?.key === key) this.serverUse.json += json;
    else this.writer.toolCall(key, { json });
  }

  private reasoning({ text, signature, redactedContent }: ReasoningDelta, key: string): void {
    if (text !== undefined)
      this.writer.reasoning(this.string(text, `content[${key}].reasoningText.text`), undefined, key);
    if (signature !== undefined && signature !== '') {
      this.signature += signature;
      this.writer.reasoning('', this.replay({ signature: this.signature }), key);
    }
    if (redactedContent !== undefined) {
      // The bytes are the text that Anthropic's own API gives for the same block (seen 2025-12).
      this.writer.reasoning('', this.replay({ redacted: new TextDecoder().decode(redactedContent) }), key);
    }
  }

  /** What a tool at the vendor was asked; the model that asked it gets it back as it came. */
  private keepUse({ toolUseId, name = 'server_tool_use', type, json }: ServerUse): void {
    this.serverUse = undefined;
    const input = parsed(json);
    if (input === undefined) {
      this.dropped(name, 'it did not come whole');
      return;
    }
    this.uses.set(name, (this.uses.get(name) ?? 0) + 1);
    const { query, code, snippet } = asRecord(input);
    const block = { toolUse: { toolUseId, name, input, type } as JsonObject };
    this.keep(name, query ?? code ?? snippet, block);
  }

  private keepResult(toolResult: object): void {
    const { type, content } = asRecord(toolResult);
    const texts = asList(content).map((piece) => asRecord(piece)['text']);
    const text = texts.filter((piece) => typeof piece === 'string' && piece !== HIDDEN).join('\n');
    const block = { toolResult: plainJson(toolResult) as JsonObject };
    this.keep(typeof type === 'string' ? type : 'tool_result', text, block);
  }

  private keep(kind: string, text: unknown, block: JsonObject): void {
    const said = typeof text === 'string' && text !== '' ? { text } : undefined;
    const part = { kind, ...said, replay: this.replay({ block }) };
    if (this.openCalls.length > 0) this.held.push(part);
    else this.writer.vendor(part);
  }

  private finish(): void {
    this.writer.start(this.id);
    if (this.early !== undefined) this.tellEarly();
    const raw = this.stopReason ?? '';
    const { target } = this.writer;
    const reason = finishReason(raw, this.calls > 0);
    if (reason === 'content-filter' && !this.writer.hasContent) {
      throw new LlmError('content-filter', `${target} blocked the request: ${raw}`, { target, code: raw });
    }
    const { usage: tokens, serviceTier } = this.metadata ?? {};
    this.done = true;
    this.writer.finish(
      reason,
      raw,
      tokens === undefined ? undefined : usage(tokens, serviceTier?.type, this.uses),
    );
  }

  private replay(data: ReplayData): Replay {
    return { family: this.family, data };
  }

  /** The SDK passes on whatever has come, of any type. */
  private string(value: unknown, path: string): string {
    if (typeof value === 'string') return value;
    throw this.drifted(path);
  }

  private drifted(path: string): LlmError {
    const { target } = this.writer;
    return new LlmError('protocol', `${target} answered without a usable "${path}"`, { target, path });
  }
}

/** What Nova shows in place of what it found. */
const HIDDEN = '[HIDDEN]';

const isServer = ({ type }: ToolUse): boolean => type === 'server_tool_use';

/** `undefined` for what is no object. */
function parsed(json: string): object | undefined {
  try {
    const value: unknown = json === '' ? {} : JSON.parse(json);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Blocks may take turns: each has its own key. */
const keyOf = (index: number | undefined): string => String(index ?? 0);
