import {
  type Clock,
  type EmbeddingBackend,
  type EmbeddingRequest,
  LlmError,
  messageOf,
  type ModelContext,
  type Provider,
  type SpeechBackend,
  type SpeechRequest,
  type TranscriptionBackend,
  type TranscriptionRequest,
} from '@majordomo/core';
import { operationProblem } from '../script/check.ts';
import type { OperationName } from '../script/operation-answer.ts';
import type { EmbeddingTurn, SpeechTurn, TranscriptionTurn } from '../script/operation-turn.ts';
import { scriptedError, waitForAbort, throwIfAborted, waitFor } from './play.ts';
import { FakeScript, type Scripts } from './script.ts';

/** What a fake does besides chats and pictures, and what its models say of themselves. */
export interface FakeOperationOptions {
  /** Per embedding model the turns that it plays. Default: the fake makes no vectors. */
  readonly embeddings?: Scripts<EmbeddingTurn> | undefined;
  /** Per transcription model the turns that it plays. Default: the fake hears nothing. */
  readonly transcriptions?: Scripts<TranscriptionTurn> | undefined;
  /** Per speech model the turns that it plays. Default: the fake says nothing. */
  readonly speech?: Scripts<SpeechTurn> | undefined;
  /** Space and limits of these models. Default: each embedding model has a space of its own, and nothing has a limit. */
  readonly facts?:
    | {
        readonly embedding?: Partial<Omit<EmbeddingBackend, 'id' | 'embed'>> | undefined;
        readonly transcription?: Omit<TranscriptionBackend, 'id' | 'transcribe'> | undefined;
        readonly speech?: Omit<SpeechBackend, 'id' | 'speak'> | undefined;
      }
    | undefined;
}

/** One call of an operation, as the fake saw it. */
export interface FakeOperationCall<Request> {
  readonly model: string;
  readonly request: Request;
}

/** The models of a fake for what is no chat, with what they were asked. */
export interface FakeOperations extends Pick<
  Provider,
  'embeddingModel' | 'transcriptionModel' | 'speechModel'
> {
  /** Every request for vectors, in order; a long list comes in several. */
  readonly embeddingRequests: readonly FakeOperationCall<EmbeddingRequest>[];
  /** Every recording, in order. */
  readonly transcriptionRequests: readonly FakeOperationCall<TranscriptionRequest>[];
  /** Every text to be spoken, in order. */
  readonly speechRequests: readonly FakeOperationCall<SpeechRequest>[];
  /** Turns that no call has played yet. */
  readonly unplayed: () => number;
}

/** The models that the options have scripts for. */
export function fakeOperations(options: FakeOperationOptions, clock: Clock): FakeOperations {
  const { embeddings, transcriptions, speech, facts = {} } = options;
  const vectors = new OperationScript<EmbeddingTurn, EmbeddingRequest>('embedding', embeddings, clock);
  const heard = new OperationScript<TranscriptionTurn, TranscriptionRequest>(
    'transcription',
    transcriptions,
    clock,
  );
  const said = new OperationScript<SpeechTurn, SpeechRequest>('speech', speech, clock);
  return {
    embeddingRequests: vectors.requests,
    transcriptionRequests: heard.requests,
    speechRequests: said.requests,
    unplayed: () => vectors.script.unplayed + heard.script.unplayed + said.script.unplayed,
    ...(embeddings && {
      embeddingModel: (id) => ({ space: id, ...facts.embedding, ...fakeEmbedding(id, vectors) }),
    }),
    ...(transcriptions && {
      transcriptionModel: (id) => ({ ...facts.transcription, ...fakeTranscription(id, heard) }),
    }),
    ...(speech && { speechModel: (id) => ({ ...facts.speech, ...fakeSpeech(id, said) }) }),
  };
}

/** A turn that is not a function any more. */
type ResolvedTurn<T> = Exclude<T, (request: never) => unknown>;

/** One operation of a fake: its script, and what it was asked. */
class OperationScript<Turn, Request> {
  readonly operation: OperationName;
  readonly script: FakeScript<Turn>;
  readonly clock: Clock;
  readonly requests: FakeOperationCall<Request>[] = [];

  constructor(operation: OperationName, scripts: Scripts<Turn> | undefined, clock: Clock) {
    this.operation = operation;
    this.script = new FakeScript(scripts ?? {});
    this.clock = clock;
  }

  /** The turn of this call, with functions called. A script that is wrong is no vendor's failure: `config`. */
  next(model: string, request: Request, { target }: ModelContext): ResolvedTurn<Turn> {
    this.requests.push({ model, request });
    const { turn: first, number } = this.script.next(model, target);
    try {
      let turn: unknown = first;
      while (typeof turn === 'function') turn = (turn as (request: Request) => unknown)(request);
      const problem = operationProblem(turn, this.operation);
      if (problem !== undefined) throw new Error(problem);
      return turn as ResolvedTurn<Turn>;
    } catch (error) {
      const message = `the script of the fake model ${target}: turn ${number} ${messageOf(error)}`;
      throw new LlmError('config', message, { target, code: 'script' }, { cause: error });
    }
  }
}

type Embedding = Pick<EmbeddingBackend, 'id' | 'embed'>;
type Transcription = Pick<TranscriptionBackend, 'id' | 'transcribe'>;
type Speech = Pick<SpeechBackend, 'id' | 'speak'>;

const fakeEmbedding = (id: string, playing: OperationScript<EmbeddingTurn, EmbeddingRequest>): Embedding => ({
  id,
  async embed(request, context) {
    const turn = playing.next(id, request, context);
    await waitFor(playing.clock, turn.delayMs, context);
    if ('fail' in turn) throw scriptedError(turn, context);
    if ('hang' in turn) return waitForAbort(context);
    const { vectors, usage, warnings = [] } = turn;
    const floats = vectors.map((vector) => Float32Array.from(vector));
    return { target: context.target, vectors: floats, usage, warnings };
  },
});

const fakeTranscription = (
  id: string,
  playing: OperationScript<TranscriptionTurn, TranscriptionRequest>,
): Transcription => ({
  id,
  async transcribe(request, context) {
    const given = playing.next(id, request, context);
    const turn = typeof given === 'string' ? { transcript: given } : given;
    await waitFor(playing.clock, turn.delayMs, context);
    if ('fail' in turn) throw scriptedError(turn, context);
    if ('hang' in turn) return waitForAbort(context);
    const { transcript: text, language, durationMs, segments = [], usage, warnings = [] } = turn;
    return { target: context.target, text, language, durationMs, segments, usage, warnings };
  },
});

const fakeSpeech = (id: string, playing: OperationScript<SpeechTurn, SpeechRequest>): Speech => ({
  id,
  async *speak(request, context) {
    const turn = playing.next(id, request, context);
    const { clock } = playing;
    await waitFor(clock, turn.delayMs, context);
    if (!('audio' in turn)) {
      if (turn.after !== undefined) yield { mediaType: DEFAULT_AUDIO_TYPE, bytes: turn.after };
      if ('fail' in turn) throw scriptedError(turn, context);
      return waitForAbort(context);
    }
    const { audio, mediaType = DEFAULT_AUDIO_TYPE, usage, warnings, everyMs } = turn;
    for (const [at, bytes] of (audio instanceof Uint8Array ? [audio] : audio).entries()) {
      if (at > 0) await waitFor(clock, everyMs, context);
      throwIfAborted(context);
      yield at === 0 ? { mediaType, bytes, usage, warnings } : { bytes };
    }
  },
});

const DEFAULT_AUDIO_TYPE = 'audio/mpeg';
