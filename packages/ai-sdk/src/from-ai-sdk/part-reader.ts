import type {
  LanguageModelV4Content,
  LanguageModelV4FinishReason,
  LanguageModelV4GenerateResult,
  LanguageModelV4StreamPart,
  LanguageModelV4ToolCall,
  LanguageModelV4Usage,
  SharedV4ProviderMetadata,
} from '@ai-sdk/provider';
import { LlmError, type Replay } from '@majordomo/core';
import type { EventWriter } from '@majordomo/core/toolkit';
import { ourCitations } from '../citations.ts';
import { ourFinish } from '../finish.ts';
import { ourUsage } from '../usage.ts';
import { ourWarning } from '../warning.ts';

/** What their models finish with when nobody has said why. */
const UNSAID: ReadonlySet<LanguageModelV4FinishReason['unified']> = new Set([
  'other',
  'error',
  'interrupted',
]);

/** A part that says that the vendor has begun. */
const BOOKKEEPING = /\.message_start$/;

/** Their parts, of a stream or of a whole answer, written down as our events. */
export class PartReader {
  readonly scribe: EventWriter;
  isFinished = false;
  private readonly family: string;
  /** Of parts by their key: metadata comes in pieces, and the last one alone is told. */
  private readonly metadata = new Map<string, SharedV4ProviderMetadata>();
  /** Vendors run these themselves. */
  private readonly foreign = new Set<string>();

  constructor(scribe: EventWriter, family: string) {
    this.scribe = scribe;
    this.family = family;
  }

  whole({ content, finishReason, usage, warnings, response }: LanguageModelV4GenerateResult): void {
    this.scribe.start(response?.id);
    this.scribe.warning(...warnings.map(ourWarning));
    for (const [at, part] of content.entries()) this.content(part, String(at));
    this.finish(finishReason, usage);
  }

  take(part: Exclude<LanguageModelV4StreamPart, { readonly type: 'error' }>): void {
    switch (part.type) {
      case 'stream-start':
        this.scribe.warning(...part.warnings.map(ourWarning));
        return;
      case 'response-metadata':
        this.scribe.start(part.id);
        return;
      case 'text-end':
        this.scribe.cite(ourCitations(part.citations));
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
        if (part.providerExecuted === true) this.foreign.add(part.id);
        else this.scribe.toolCall(part.id, { id: part.id, name: part.toolName });
        return;
      case 'tool-input-delta':
        if (!this.foreign.has(part.id)) this.scribe.toolCall(part.id, { json: part.delta });
        return;
      case 'finish':
        this.finish(part.finishReason, part.usage);
        return;
      case 'tool-input-end':
      case 'raw':
      case 'ping':
        return;
      default:
        this.content(part, '');
    }
  }

  private content(part: LanguageModelV4Content, key: string): void {
    if (part.type === 'text') {
      this.text(key, part.text, part.providerMetadata);
      this.scribe.cite(ourCitations(part.citations));
    } else if (part.type === 'reasoning') this.reasoning(key, part.text, part.providerMetadata);
    else if (part.type === 'tool-call' && part.providerExecuted !== true) this.call(part);
    else if (part.type !== 'custom' || !BOOKKEEPING.test(part.kind))
      this.scribe.warning({ action: 'dropped', what: part.type, why: 'there is no such part here' });
  }

  private text(id: string, text: string, metadata: SharedV4ProviderMetadata | undefined): void {
    const key = `text ${id}`;
    this.scribe.text(text, key, this.replay(key, metadata));
  }

  private reasoning(id: string, text: string, metadata: SharedV4ProviderMetadata | undefined): void {
    const key = `reasoning ${id}`;
    this.scribe.reasoning(text, this.replay(key, metadata), key);
  }

  private call({ toolCallId: id, toolName: name, input, providerMetadata }: LanguageModelV4ToolCall): void {
    this.scribe.toolCall(id, { id, name, complete: input, replay: this.replay(id, providerMetadata) });
    this.scribe.end(id);
  }

  /** What a part's issuer wants back: all the metadata that its pieces had. */
  private replay(key: string, metadata: SharedV4ProviderMetadata | undefined): Replay | undefined {
    if (metadata === undefined) return undefined;
    const all = { ...this.metadata.get(key) };
    for (const [name, members] of Object.entries(metadata)) all[name] = { ...all[name], ...members };
    this.metadata.set(key, all);
    return { family: this.family, data: all };
  }

  /** Their models write a finish in any case: without the vendor's own word the vendor has said none. */
  private finish(reason: LanguageModelV4FinishReason, usage: LanguageModelV4Usage): void {
    if (reason.raw === undefined && UNSAID.has(reason.unified)) {
      const { target } = this.scribe;
      throw new LlmError('truncated', `${target} ended its answer without a word why`, { target });
    }
    this.scribe.finish(ourFinish(reason), reason.raw ?? reason.unified, ourUsage(usage));
    this.isFinished = true;
  }
}
