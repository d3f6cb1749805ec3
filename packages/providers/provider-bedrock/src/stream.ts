import { LlmError } from '@majordomo/core';
import type { Citation, JsonObject, Replay, VendorPart } from '@majordomo/core';
import { asList, asRecord, concatBytes, isList, isRecord } from '@majordomo/core/toolkit';
import { jsonText, EventWriter, OnceWarnings, tryParseJson } from '@majordomo/wire-kit';
import { generatedAudio, generatedImage } from '@majordomo/wire-kit/internal';
import type { ReplayData } from './blocks.ts';
import type { ConverseFacts } from './facts.ts';
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
  type WireMedia,
} from './response.ts';

/** Event of a Converse stream. Exactly one property is set. */
export interface WireEvent {
  readonly messageStart?: object | undefined;
  readonly contentBlockStart?:
    | { readonly start?: BlockStart | undefined; readonly contentBlockIndex?: number | undefined }
    | undefined;
  readonly contentBlockDelta?:
    | { readonly delta?: Delta | undefined; readonly contentBlockIndex?: number | undefined }
    | undefined;
  readonly contentBlockStop?: { readonly contentBlockIndex?: number | undefined } | undefined;
  readonly messageStop?: Pick<WireAnswer, 'stopReason' | 'additionalModelResponseFields'> | undefined;
  readonly metadata?: Metadata | undefined;
}
interface BlockStart {
  readonly toolUse?: ToolUse | undefined;
  readonly toolResult?: object | undefined;
  readonly image?: WireMedia | undefined;
}
interface Delta {
  readonly text?: string | undefined;
  readonly toolUse?: { readonly input?: string | undefined } | undefined;
  readonly toolResult?: readonly unknown[] | undefined;
  readonly reasoningContent?: ReasoningDelta | undefined;
  readonly citation?: WireCitation | undefined;
  readonly image?: WireMedia | undefined;
}
const UNSUPPORTED_PART = 'a response cannot contain it';
/** Call of a tool that the vendor runs, with the input that has arrived as JSON. */
interface ServerUse extends ToolUse {
  readonly key: string;
  json: string;
}

interface ConverseReaderOptions {
  readonly writer: EventWriter;
  /** Id of the group of models that accept reasoning of this model. */
  readonly family: string;
  /** Id of the request. It is used as the id of the response, because the API has no response ids. */
  readonly id?: string | undefined;
}

/** Converts a response of Converse to events: the events of a stream, or a non-streaming response. */
export class ConverseReader {
  readonly writer: EventWriter;
  /** Whether the response is complete. */
  done = false;
  private readonly family: string;
  private readonly id: string | undefined;
  private stopReason: string | undefined;
  private metadata: Metadata | undefined;
  private additionalFields: unknown;
  private calls = 0;
  /** Keys of the calls that the writer has not ended, in the order in which they began. */
  private readonly openCalls: string[] = [];
  /** Keys of calls whose blocks have ended. Such a call ends after the open calls before it. */
  private readonly endedCalls = new Set<string>();
  /** Signature of the current block, which may arrive in several pieces. */
  private signature = '';
  private readonly warnings: OnceWarnings;
  // Result of a vendor's tool, call of a vendor's tool, and image, whose block has started and not ended.
  private result: { readonly key: string; readonly head: object; readonly content: unknown[] } | undefined;
  private serverUse: ServerUse | undefined;
  private image: { readonly key: string; head: WireMedia; readonly chunks: Uint8Array[] } | undefined;
  /** Vendor parts that arrived while calls were open. They are written later, because a vendor part would end open calls. */
  private deferred: Omit<VendorPart, 'type'>[] = [];
  /** Key of the last text part. The text part stays open, because the next block may contain citations of the text. */
  private textKey: string | undefined;
  /** Citations that are not written yet. Claude sends citations before the text, and Nova sends them in a block without text. */
  private earlyCitations: { readonly key: string; readonly citations: readonly Citation[] } | undefined;
  private readonly uses = new Map<string, number>();

  constructor({ writer, family, id }: ConverseReaderOptions) {
    this.writer = writer;
    this.warnings = new OnceWarnings(writer);
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
      this.additionalFields = event.messageStop.additionalModelResponseFields;
      if (this.metadata !== undefined) this.finish();
    } else if (event.metadata !== undefined) {
      this.metadata = event.metadata;
      if (this.stopReason !== undefined) this.finish();
    }
  }

  readBody(answer: WireAnswer): void {
    const content = answer.output?.message?.content;
    if (!Array.isArray(content)) throw this.protocolError('output.message.content');
    this.writer.start(this.id);
    content.forEach((block: WireBlock, index) => {
      this.block(block, String(index));
    });
    this.stopReason = this.string(answer.stopReason, 'stopReason');
    this.additionalFields = answer.additionalModelResponseFields;
    this.metadata = answer;
    this.finish();
  }

  /** Ends the response. Throws `truncated` if the stop reason is missing. Missing usage is not an error. */
  end(): void {
    const { target } = this.writer;
    const message = `${target}: the stream ended without a stop reason; error.details.partial contains the content that arrived`;
    if (this.stopReason !== undefined) this.finish();
    else throw new LlmError('truncated', message, { target });
  }

  private blockStart({ toolUse, toolResult, image, ...rest }: BlockStart, key: string): void {
    if (toolUse !== undefined) {
      if (isServer(toolUse)) this.serverUse = { ...toolUse, key, json: '' };
      else this.openCall(toolUse, key);
    } else if (toolResult !== undefined) this.result = { key, head: toolResult, content: [] };
    else if (image !== undefined) this.image = { key, head: image, chunks: [] };
    else this.warnUnknown(rest);
  }

  private delta(delta: Delta, key: string): void {
    if (delta.text !== undefined) this.text(delta.text, 'delta.text', key);
    else if (delta.toolUse !== undefined) this.input(delta.toolUse.input ?? '', key);
    else if (delta.reasoningContent !== undefined) this.reasoning(delta.reasoningContent, key);
    else if (delta.toolResult !== undefined) this.result?.content.push(...delta.toolResult);
    else if (delta.citation !== undefined) this.cite([delta.citation], key);
    else if (delta.image !== undefined) this.imageDelta(delta.image);
    else this.warnUnknown(delta);
  }

  private blockStop(key: string): void {
    const { result, image } = this;
    if (result?.key === key) {
      this.result = undefined;
      this.writeResult({ ...result.head, content: result.content });
    }
    if (image?.key === key) {
      this.image = undefined;
      this.endImage(image.head, image.chunks);
    }
    if (this.serverUse?.key === key) this.writeUse(this.serverUse);
    this.signature = '';
    this.endBlock(key);
  }

  private endBlock(key: string): void {
    if (this.earlyCitations?.key === key) this.writeCitations();
    if (!this.openCalls.includes(key)) {
      if (key !== this.textKey) this.writer.end(key);
      return;
    }
    this.endedCalls.add(key);
    for (
      let first = this.openCalls[0];
      first !== undefined && this.endedCalls.has(first);
      first = this.openCalls[0]
    ) {
      this.openCalls.shift();
      this.writer.end(first);
    }
    if (this.openCalls.length > 0) return;
    for (const part of this.deferred) this.writer.vendor(part);
    this.deferred = [];
  }

  private block(block: WireBlock, key: string): void {
    const { text, toolUse, toolResult, reasoningContent, citationsContent, image, audio } = block;
    if (text !== undefined) this.text(text, `content[${key}].text`, key);
    else if (toolUse !== undefined && isServer(toolUse))
      this.writeUse({ ...toolUse, key, json: jsonText(plainJson(toolUse.input ?? {})) });
    else if (toolUse !== undefined) {
      this.openCall(toolUse, key);
      this.writer.toolCall(key, { json: jsonText(plainJson(toolUse.input ?? {})) });
    } else if (reasoningContent !== undefined) {
      this.reasoning(reasoningContent.reasoningText ?? reasoningContent, key);
    } else if (toolResult !== undefined) this.writeResult(toolResult);
    else if (citationsContent !== undefined) {
      for (const piece of citationsContent.content ?? [])
        this.text(piece.text ?? '', 'citationsContent', key);
      this.cite(citationsContent.citations ?? [], key);
    } else if (image?.source?.bytes !== undefined) {
      this.writeImage(image.format, image.source.bytes);
    } else if (audio?.source?.bytes !== undefined) {
      this.writer.media(generatedAudio(audio.source.bytes, `audio/${audio.format ?? 'pcm'}`));
    } else this.writeOther(block);
    this.signature = '';
    this.endBlock(key);
  }

  private imageDelta(image: WireMedia): void {
    if (this.image === undefined) this.warnUnknown({ image });
    else if (image.source?.bytes !== undefined) this.image.chunks.push(image.source.bytes);
    else this.image.head = { ...this.image.head, ...image };
  }

  private endImage(head: WireMedia, chunks: readonly Uint8Array[]): void {
    if (chunks.length > 0) this.writeImage(head.format, concatBytes(chunks));
    else this.writeOther({ image: head });
  }

  private writeImage(format: string | undefined, bytes: Uint8Array): void {
    if (bytes.length > 0) this.writer.media(generatedImage(bytes, `image/${format ?? 'png'}`));
  }

  /** Writes a warning about a start or delta of an unknown kind, which cannot be joined to a block. The SDK stores it in `$unknown`. */
  private warnUnknown(piece: object): void {
    for (const [name, value] of Object.entries(piece)) {
      const kind = name === '$unknown' && isList(value) ? String(value[0]) : name;
      if (value !== undefined) this.warnDropped(kind, UNSUPPORTED_PART);
    }
  }

  private warnDropped(kind: string, why: string): void {
    this.warnings.warn(`${kind} in the response`, why);
  }

  private text(text: unknown, path: string, key: string): void {
    const piece = this.string(text, path);
    if (piece === '') return;
    this.writer.text(piece, key);
    this.textKey = key;
    if (this.earlyCitations?.key === key) this.writeCitations();
  }

  private cite(raw: readonly WireCitation[], key: string): void {
    const citations = raw.flatMap((each) => citationOf(each) ?? []);
    if (citations.length === 0) return;
    const before = this.earlyCitations?.key === key ? this.earlyCitations.citations : [];
    this.earlyCitations = { key, citations: [...before, ...citations] };
    if (key === this.textKey) this.writeCitations();
  }

  private writeCitations(): void {
    const { citations = [] } = this.earlyCitations ?? {};
    this.earlyCitations = undefined;
    if (!this.writer.cite(citations))
      this.warnDropped('citations', 'their text had ended before they arrived');
  }

  private openCall({ toolUseId, name }: ToolUse, key: string): void {
    if (name === undefined) throw this.protocolError(`content[${key}].toolUse.name`);
    this.calls++;
    this.openCalls.push(key);
    this.writer.toolCall(key, { id: toolUseId, name });
  }

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
      // The bytes encode the same string that Anthropic's API sends for this block (observed 2025-12).
      this.writer.reasoning('', this.replay({ redacted: new TextDecoder().decode(redactedContent) }), key);
    }
  }

  private writeUse({ toolUseId, name = 'server_tool_use', type, json }: ServerUse): void {
    this.serverUse = undefined;
    const input = parseObject(json);
    if (input === undefined) {
      this.warnDropped(name, 'it is incomplete');
      return;
    }
    this.uses.set(name, (this.uses.get(name) ?? 0) + 1);
    const { query, code, snippet } = asRecord(input);
    const block = { toolUse: { toolUseId, name, input, type } as JsonObject };
    this.writeVendorPart(name, query ?? code ?? snippet, block);
  }

  private writeResult(toolResult: object): void {
    const { type, content } = asRecord(toolResult);
    const texts = asList(content).map((piece) => asRecord(piece)['text']);
    const text = texts.filter((piece) => typeof piece === 'string' && piece !== HIDDEN).join('\n');
    const block = { toolResult: plainJson(toolResult) as JsonObject };
    this.writeVendorPart(typeof type === 'string' ? type : 'tool_result', text, block);
  }

  /** Writes a block for which the contract has no part, such as an image in S3 or a block of a kind that the SDK does not know. */
  private writeOther(block: WireBlock): void {
    const json = plainJson(block) as JsonObject;
    const [kind] = Object.keys(json);
    if (kind !== undefined) this.writeVendorPart(kind, undefined, json);
  }

  private writeVendorPart(kind: string, text: unknown, block: JsonObject): void {
    const content = typeof text === 'string' && text !== '' ? { text } : undefined;
    const part = { kind, ...content, replay: this.replay({ block }) };
    if (this.openCalls.length > 0) this.deferred.push(part);
    else this.writer.vendor(part);
  }

  private finish(): void {
    this.writer.start(this.id);
    if (this.earlyCitations !== undefined) this.writeCitations();
    const raw = this.stopReason ?? '';
    const { target } = this.writer;
    const reason = finishReason(raw, this.calls > 0);
    // With content, the caller receives the content and the finish reason instead of an error.
    if (reason === 'content-filter' && !this.writer.hasContent) {
      throw new LlmError('content-filter', `${target}: the vendor blocked the request: ${raw}`, {
        target,
        code: raw,
      });
    }
    const metadata = this.metadata ?? {};
    this.readFacts(metadata);
    this.done = true;
    this.writer.finish(reason, raw, usage(metadata, this.uses));
  }

  private readFacts({ metrics, trace, performanceConfig }: Metadata): void {
    this.writer.model(trace?.promptRouter?.invokedModelId);
    this.writer.facts<ConverseFacts>({
      wire: 'bedrock-converse',
      requestId: this.id,
      latencyMs: metrics?.latencyMs,
      additionalFields: jsonObject(this.additionalFields),
      trace: jsonObject(trace),
      other: performanceConfig && jsonObject({ performanceConfig }),
    });
  }

  private replay(data: ReplayData): Replay {
    return { family: this.family, data };
  }

  private string(value: unknown, path: string): string {
    if (typeof value === 'string') return value;
    throw this.protocolError(path);
  }

  private protocolError(path: string): LlmError {
    const { target } = this.writer;
    return new LlmError('protocol', `${target}: the response has no valid "${path}"`, { target, path });
  }
}

/** Text that Nova sends instead of search results. */
const HIDDEN = '[HIDDEN]';

const isServer = ({ type }: ToolUse): boolean => type === 'server_tool_use';

/** Parses JSON. An empty string represents `{}`. Returns `undefined` if the JSON is not an object. */
function parseObject(json: string): object | undefined {
  const value = json === '' ? {} : tryParseJson(json);
  return isRecord(value) ? value : undefined;
}

function jsonObject(value: unknown): JsonObject | undefined {
  const json = plainJson(value);
  return isRecord(json) ? json : undefined;
}

const keyOf = (index: number | undefined): string => String(index ?? 0);
