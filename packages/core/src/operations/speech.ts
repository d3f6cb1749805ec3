import type { Operation, PreparedCall } from '../call/call.ts';
import type { Target } from '../resolve/resolve.ts';
import type { Answer } from '../stream/accumulator.ts';
import type { Timeouts } from '../types/call-options.ts';
import { type Attempt, LlmError, type PartialResponse, type Recovery } from '../types/llm-error.ts';
import type { SpeechRequest, SpeechResponse, SpeechStep } from '../types/operations.ts';
import type { ModelContext, SpeechBackend } from '../types/provider.ts';
import type { Warning } from '../types/response.ts';
import type { Usage } from '../types/usage.ts';
import { concatBytes } from '../util/bytes.ts';
import { asked, invalid, NO_CHAT, oneOf, unitsAlone } from './single-response.ts';

/** A piece of sound, or the end of it. */
export type SpeechEvent = SpeechStep | { readonly end: true };

/** A text, asked of each target that takes one of its length. `isStreamed`: somebody hears the bytes as they come. */
export function speechOperation(
  request: SpeechRequest,
  isStreamed: boolean,
): Operation<SpeechEvent, SpeechResponse> {
  return {
    type: 'speech',
    validate: () => {
      validate(request);
    },
    prepare: async (place) => new PreparedSpeech(place.key, backendAt(place, request), request, isStreamed),
  };
}

const FORMATS = ['mp3', 'wav', 'opus', 'flac', 'pcm'];

function validate(request: SpeechRequest): void {
  const { text, speed, format } = asked(request) as Partial<SpeechRequest>;
  if (typeof text !== 'string' || text.trim() === '') throw invalid('text', 'must not be empty');
  if (speed !== undefined && !(speed > 0 && speed < Infinity))
    throw invalid('speed', `must be above 0, not ${String(speed)}`);
  oneOf(FORMATS, format, 'format');
}

function backendAt({ key: target, provider, modelId }: Target, { text }: SpeechRequest): SpeechBackend {
  const backend = provider.speechModel?.(modelId);
  if (backend === undefined) throw new LlmError('unsupported', `${target} does not speak`, { target });
  const { maxCharacters = Infinity } = backend;
  if (text.length > maxCharacters)
    throw new LlmError(
      'unsupported',
      `${target} speaks at most ${maxCharacters} characters, not ${text.length}`,
      { target, path: 'text', code: 'too-large' },
    );
  return backend;
}

class PreparedSpeech implements PreparedCall<SpeechEvent, SpeechResponse> {
  readonly request = NO_CHAT;
  readonly capabilities = {};
  readonly payload: SpeechRequest;
  readonly timeouts: Timeouts | undefined;
  readonly isNonStreaming: boolean;
  private readonly target: string;
  private readonly backend: SpeechBackend;
  private readonly isStreamed: boolean;
  private readonly warnings: readonly Warning[];

  constructor(
    target: string,
    backend: SpeechBackend,
    payload: SpeechRequest,
    isStreamed: boolean,
    warnings: readonly Warning[] = [],
  ) {
    this.target = target;
    this.backend = backend;
    this.payload = payload;
    this.isStreamed = isStreamed;
    this.isNonStreaming = !isStreamed;
    this.timeouts = backend.timeouts;
    this.warnings = warnings;
  }

  /** The same again, such as with another credential: a recovery changes requests of chats only. */
  withRecovery({ what }: Recovery, why: string): PreparedSpeech {
    const { target, backend, payload, isStreamed } = this;
    return new PreparedSpeech(target, backend, payload, isStreamed, [
      ...this.warnings,
      { action: 'repaired', what, why },
    ]);
  }

  async *open(context: ModelContext): AsyncGenerator<SpeechEvent> {
    yield* this.backend.speak(this.payload, context);
    yield { end: true };
  }

  newAnswer(): Answer<SpeechEvent, SpeechResponse> {
    return new SpokenAnswer(this.target, this.payload, this.isStreamed, this.warnings);
  }
}

/** Keeps the sound only where nobody hears it as it comes. */
class SpokenAnswer implements Answer<SpeechEvent, SpeechResponse> {
  readonly characters = 0;
  usage: Usage | undefined;
  private readonly target: string;
  private readonly payload: SpeechRequest;
  private readonly isStreamed: boolean;
  private readonly warnings: Warning[];
  private readonly pieces: Uint8Array[] = [];
  private mediaType = '';
  private hasSound = false;

  constructor(target: string, payload: SpeechRequest, isStreamed: boolean, warnings: readonly Warning[]) {
    this.target = target;
    this.payload = payload;
    this.isStreamed = isStreamed;
    this.warnings = [...warnings];
  }

  push(event: SpeechEvent): 'progress' | 'content' | 'finish' {
    if ('end' in event) return 'finish';
    const { mediaType, bytes, usage, warnings } = event;
    if (!(bytes instanceof Uint8Array))
      throw new LlmError('protocol', `${this.target} gave no bytes`, { target: this.target, path: 'bytes' });
    this.mediaType = mediaType ?? this.mediaType;
    this.usage = usage ?? this.usage ?? unitsAlone(this.units());
    this.warnings.push(...(warnings ?? []));
    if (bytes.length === 0) return 'progress';
    this.hasSound = true;
    if (!this.isStreamed) this.pieces.push(bytes);
    return 'content';
  }

  /** Speech is billed by the characters that were asked for, where no tokens are said. */
  private units(): Readonly<Record<string, number>> {
    return { character: this.payload.text.length };
  }

  opening(held: readonly SpeechEvent[]): readonly SpeechEvent[] {
    return held;
  }

  fault(): LlmError | undefined {
    if (this.hasSound) return undefined;
    return new LlmError('empty', `${this.target} gave no sound`, { target: this.target });
  }

  shown(): [] {
    return [];
  }

  partial(): PartialResponse | undefined {
    const { target, usage } = this;
    return this.hasSound ? { id: undefined, target, parts: [], text: '', usage } : undefined;
  }

  result(facts: { readonly spec: string; readonly attempts: readonly Attempt[] }): SpeechResponse {
    const { target, mediaType, usage, warnings } = this;
    return { audio: concatBytes(this.pieces), mediaType, target, usage, warnings, ...facts };
  }
}
