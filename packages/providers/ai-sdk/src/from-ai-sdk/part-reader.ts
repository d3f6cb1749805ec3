import type {
  LanguageModelV4Content,
  LanguageModelV4File,
  LanguageModelV4FinishReason,
  LanguageModelV4GenerateResult,
  LanguageModelV4StreamPart,
  LanguageModelV4ToolCall,
  LanguageModelV4Usage,
  SharedV4ProviderMetadata,
} from '@ai-sdk/provider';
import { LlmError, type Replay } from '@majordomo/core';
import { type EventWriter } from '@majordomo/wire-kit';
import { bytesOfBase64, generatedAudio, generatedImage } from '@majordomo/wire-kit/internal';
import { fromSdkCitations } from '../citations.ts';
import { fromSdkFinish } from '../finish.ts';
import { fromSdkUsage } from '../usage.ts';
import { fromSdkWarning } from '../warning.ts';

/** Finish reasons that the AI SDK sets if the vendor sent no reason. */
const UNEXPLAINED: ReadonlySet<LanguageModelV4FinishReason['unified']> = new Set([
  'other',
  'error',
  'interrupted',
]);

/** Matches the kind of the custom part that reports the start of a response. */
const START_PART = /\.message_start$/;

/** Converter of the parts of a stream or a complete answer to events. */
export class PartReader {
  readonly writer: EventWriter;
  isFinished = false;
  private readonly family: string;
  /** Metadata by part. The metadata of a part arrive in several chunks, which are merged. */
  private readonly metadata = new Map<string, SharedV4ProviderMetadata>();
  /** Ids of tool calls that the vendor runs. */
  private readonly vendorCalls = new Set<string>();

  constructor(writer: EventWriter, family: string) {
    this.writer = writer;
    this.family = family;
  }

  readResult({ content, finishReason, usage, warnings, response }: LanguageModelV4GenerateResult): void {
    this.writer.start(response?.id, response?.modelId);
    this.writer.warning(...warnings.map(fromSdkWarning));
    for (const [at, part] of content.entries()) this.content(part, String(at));
    this.finish(finishReason, usage);
  }

  readPart(part: Exclude<LanguageModelV4StreamPart, { readonly type: 'error' }>): void {
    switch (part.type) {
      case 'stream-start':
        this.writer.warning(...part.warnings.map(fromSdkWarning));
        return;
      case 'response-metadata':
        this.writer.start(part.id, part.modelId);
        return;
      case 'text-end':
        this.writer.cite(fromSdkCitations(part.citations));
        this.text(part.id, '', part.providerMetadata);
        return;
      case 'text-start':
        this.text(part.id, '', part.providerMetadata);
        return;
      case 'text-delta':
        this.text(part.id, part.delta, part.providerMetadata);
        return;
      case 'reasoning-start':
      case 'reasoning-end':
        this.reasoning(part.id, '', part.providerMetadata);
        return;
      case 'reasoning-delta':
        this.reasoning(part.id, part.delta, part.providerMetadata);
        return;
      case 'tool-input-start':
        if (part.providerExecuted === true) this.vendorCalls.add(part.id);
        else this.writer.toolCall(part.id, { id: part.id, name: part.toolName });
        return;
      case 'tool-input-delta':
        if (!this.vendorCalls.has(part.id)) this.writer.toolCall(part.id, { json: part.delta });
        return;
      case 'finish':
        this.finish(part.finishReason, part.usage);
        return;
      case 'tool-input-end':
      case 'raw':
      case 'ping':
        return;
      default:
        // The other parts are complete, and need no key.
        this.content(part, '');
    }
  }

  private content(part: LanguageModelV4Content, key: string): void {
    if (part.type === 'text') {
      this.text(key, part.text, part.providerMetadata);
      this.writer.cite(fromSdkCitations(part.citations));
    } else if (part.type === 'reasoning') this.reasoning(key, part.text, part.providerMetadata);
    else if (part.type === 'tool-call' && part.providerExecuted !== true) this.call(part);
    else if (part.type === 'file' && this.media(part)) return;
    else if (part.type !== 'custom' || !START_PART.test(part.kind))
      this.writer.warning({ action: 'dropped', what: part.type, why: 'majordomo has no such part' });
  }

  /** Writes an image or audio. Returns false for any other file, and for a URL. */
  private media({ mediaType, data }: LanguageModelV4File): boolean {
    if (data.type !== 'data') return false;
    const bytes = typeof data.data === 'string' ? bytesOfBase64(data.data) : data.data;
    const [kind] = mediaType.split('/');
    if (bytes === undefined || (kind !== 'image' && kind !== 'audio')) return false;
    this.writer.media(kind === 'image' ? generatedImage(bytes, mediaType) : generatedAudio(bytes, mediaType));
    return true;
  }

  private text(id: string, text: string, metadata: SharedV4ProviderMetadata | undefined): void {
    const key = `text ${id}`;
    this.writer.text(text, key, this.replay(key, metadata));
  }

  private reasoning(id: string, text: string, metadata: SharedV4ProviderMetadata | undefined): void {
    const key = `reasoning ${id}`;
    this.writer.reasoning(text, this.replay(key, metadata), key);
  }

  /** Writes a complete call. `complete` replaces the fragments of its arguments that have arrived. */
  private call({ toolCallId: id, toolName: name, input, providerMetadata }: LanguageModelV4ToolCall): void {
    this.writer.toolCall(id, { id, name, complete: input, replay: this.replay(id, providerMetadata) });
    this.writer.end(id);
  }

  /** Returns the replay token of a part: all metadata of the part, which the vendor expects in later requests. */
  private replay(key: string, metadata: SharedV4ProviderMetadata | undefined): Replay | undefined {
    if (metadata === undefined) return undefined;
    const all = { ...this.metadata.get(key) };
    for (const [name, members] of Object.entries(metadata)) all[name] = { ...all[name], ...members };
    this.metadata.set(key, all);
    return { family: this.family, data: all };
  }

  /** Writes the finish event. Throws `truncated` if the vendor sent no finish reason and the AI SDK set one itself. */
  private finish(reason: LanguageModelV4FinishReason, usage: LanguageModelV4Usage): void {
    if (reason.raw === undefined && UNEXPLAINED.has(reason.unified)) {
      const { target } = this.writer;
      const message = `${target}: the response ended without a finish reason; error.details.partial contains the content that arrived`;
      throw new LlmError('truncated', message, { target });
    }
    this.writer.facts({ wire: 'ai-sdk' });
    this.writer.finish(fromSdkFinish(reason), reason.raw ?? reason.unified, fromSdkUsage(usage));
    this.isFinished = true;
  }
}
