import type { Operation, PreparedCall } from '../call/contract.ts';
import { unsupportedError } from '../prepare/validate.ts';
import type { Target } from '../resolve/resolve.ts';
import type { Answer } from '../stream/accumulator.ts';
import { type Attempt, LlmError, type PartialResponse } from '../types/llm-error.ts';
import type { SpeechRequest, SpeechResponse, SpeechStep } from '../types/operations.ts';
import type { ModelContext, SpeechBackend } from '../types/provider.ts';
import type { VendorFacts, Warning } from '../types/response.ts';
import type { Usage } from '../types/usage.ts';
import { concatBytes } from '../util/bytes.ts';
import { anything, filledText, oneOf, positive } from '../util/checks.ts';
import { EMPTY_REQUEST, requestCheck, servedBy, usageOfUnits } from './single-response.ts';

/** Chunk of audio, or the end of the stream. */
export type SpeechEvent = SpeechStep | { readonly end: true };

/** Creates the operation that generates speech. `isStreamed` states whether the caller reads the bytes as they arrive. */
export function speechOperation(
  request: SpeechRequest,
  isStreamed: boolean,
): Operation<SpeechEvent, SpeechResponse> {
  return {
    type: 'speech',
    validate: () => {
      validate(request);
    },
    prepare: async (target) => prepareSpeech(target.key, backendOf(target, request), request, isStreamed),
  };
}

const validate = requestCheck<SpeechRequest>(
  { text: filledText },
  {
    voice: anything,
    format: oneOf('mp3', 'wav', 'opus', 'flac', 'pcm'),
    speed: positive,
    instructions: anything,
    extra: anything,
  },
  { input: 'text' },
);

function backendOf({ key: target, provider, modelId }: Target, { text }: SpeechRequest): SpeechBackend {
  const backend = provider.speechModel?.(modelId);
  if (backend === undefined) throw unsupportedError(target, 'does not generate speech');
  const { maxCharacters = Infinity } = backend;
  if (text.length <= maxCharacters) return backend;
  const problem = `accepts at most ${maxCharacters} characters, not ${text.length}`;
  throw unsupportedError(target, problem, { path: 'text', code: 'too-large' });
}

function prepareSpeech(
  target: string,
  backend: SpeechBackend,
  payload: SpeechRequest,
  isStreamed: boolean,
  warnings: readonly Warning[] = [],
): PreparedCall<SpeechEvent, SpeechResponse> {
  return {
    request: EMPTY_REQUEST,
    payload,
    capabilities: {},
    timeouts: backend.timeouts,
    isNonStreaming: !isStreamed,
    // Recoveries change only chat requests. Here the request is sent unchanged, for example with another credential.
    withRecovery: ({ what }, why) =>
      prepareSpeech(target, backend, payload, isStreamed, [...warnings, { action: 'repaired', what, why }]),
    open: (context) => speak(backend, payload, context),
    newAnswer: () => new SpeechAnswer(target, payload, isStreamed, warnings),
  };
}

/** Yields the audio of a backend, and its end. Not in `prepareSpeech`, whose scope V8 would keep; see `sendSingle`. */
async function* speak(
  backend: SpeechBackend,
  payload: SpeechRequest,
  context: ModelContext,
): AsyncGenerator<SpeechEvent, void> {
  yield* backend.speak(payload, context);
  yield { end: true };
}

/** Speech of one attempt. Collects the audio, unless the caller reads the audio as it arrives. */
class SpeechAnswer implements Answer<SpeechEvent, SpeechResponse> {
  usage: Usage | undefined;
  model: string | undefined;
  private vendor: VendorFacts | undefined;
  private readonly target: string;
  private readonly payload: SpeechRequest;
  private readonly isStreamed: boolean;
  private readonly warnings: Warning[];
  private readonly chunks: Uint8Array[] = [];
  private mediaType = '';
  private hasAudio = false;

  constructor(target: string, payload: SpeechRequest, isStreamed: boolean, warnings: readonly Warning[]) {
    this.target = target;
    this.payload = payload;
    this.isStreamed = isStreamed;
    this.warnings = [...warnings];
  }

  push(event: SpeechEvent): 'progress' | 'content' | 'finish' {
    if ('end' in event) return 'finish';
    const { mediaType, bytes, usage, model, vendor, warnings } = event;
    if (!(bytes instanceof Uint8Array))
      throw new LlmError('protocol', `${this.target}: expected \`bytes\` to be a Uint8Array`, {
        path: 'bytes',
      });
    this.mediaType = mediaType ?? this.mediaType;
    this.model = model ?? this.model;
    this.vendor = vendor ?? this.vendor;
    this.usage = usage ?? this.usage ?? usageOfUnits({ character: this.payload.text.length });
    this.warnings.push(...(warnings ?? []));
    if (bytes.length === 0) return 'progress';
    this.hasAudio = true;
    if (!this.isStreamed) this.chunks.push(bytes);
    return 'content';
  }

  opening(buffered: readonly SpeechEvent[]): readonly SpeechEvent[] {
    return buffered;
  }

  fault(): LlmError | undefined {
    return this.hasAudio ? undefined : new LlmError('empty', `${this.target} returned no audio`);
  }

  shown(): [] {
    return [];
  }

  partial(): PartialResponse | undefined {
    const { target, usage } = this;
    return this.hasAudio ? { id: undefined, target, parts: [], text: '', usage } : undefined;
  }

  result(facts: { readonly spec: string; readonly attempts: readonly Attempt[] }): SpeechResponse {
    const { target, mediaType, usage, model, vendor, warnings } = this;
    return {
      audio: concatBytes(this.chunks),
      mediaType,
      target,
      ...servedBy({ model, vendor }),
      usage,
      warnings,
      ...facts,
    };
  }
}
