import {
  type ClassificationBackend,
  type ClassificationRequest,
  type Clock,
  type EmbeddingBackend,
  type EmbeddingRequest,
  LlmError,
  type ModelContext,
  type ModerationBackend,
  type ModerationRequest,
  type OperationResponse,
  type Provider,
  type RerankBackend,
  type RerankRequest,
  type SpeechBackend,
  type SpeechRequest,
  type TranscriptionBackend,
  type TranscriptionRequest,
} from '@majordomo/core';
import { isRecord } from '@majordomo/core/toolkit';
import { operationProblem } from '../script/check.ts';
import type { OperationAnswer, OperationName } from '../script/operation-answer.ts';
import type {
  ClassificationTurn,
  EmbeddingTurn,
  ModerationTurn,
  OperationFail,
  OperationHang,
  RerankTurn,
  SpeechTurn,
  TranscriptionTurn,
} from '../script/operation-turn.ts';
import { scriptedError, waitForAbort, throwIfAborted, waitFor } from './play.ts';
import { FakeScript, type ResolvedTurn, type Scripts } from './script.ts';

/** Scripts and properties of the models of a fake provider, except chat and image models. */
export interface FakeOperationOptions {
  /** Turns of each embedding model, one per request. `@default` no embedding models */
  readonly embeddings?: Scripts<EmbeddingTurn> | undefined;
  /** Turns of each transcription model, one per call. `@default` no transcription models */
  readonly transcriptions?: Scripts<TranscriptionTurn> | undefined;
  /** Turns of each speech model, one per call. `@default` no speech models */
  readonly speech?: Scripts<SpeechTurn> | undefined;
  /** Turns of each rerank model, one per call. `@default` no rerank models */
  readonly reranks?: Scripts<RerankTurn> | undefined;
  /** Turns of each moderation model, one per request. `@default` no moderation models */
  readonly moderations?: Scripts<ModerationTurn> | undefined;
  /** Turns of each classification model, one per request. `@default` no classification models */
  readonly classifications?: Scripts<ClassificationTurn> | undefined;
  /**
   * Properties of the models. By default, each embedding model has a separate vector space, the basis of classification models is
   * `vendor`, and no model has limits.
   */
  readonly facts?:
    | {
        readonly embedding?: Partial<Omit<EmbeddingBackend, 'id' | 'embed'>> | undefined;
        readonly transcription?:
          | Omit<TranscriptionBackend, 'id' | 'transcribe' | 'transcribeStream'>
          | undefined;
        readonly speech?: Omit<SpeechBackend, 'id' | 'speak'> | undefined;
        readonly rerank?: Omit<RerankBackend, 'id' | 'rerank'> | undefined;
        readonly moderation?: Omit<ModerationBackend, 'id' | 'moderate'> | undefined;
        readonly classification?: Partial<Omit<ClassificationBackend, 'id' | 'classify'>> | undefined;
      }
    | undefined;
}

/** Recorded call of an operation. */
export interface FakeOperationCall<Request> {
  readonly model: string;
  readonly request: Request;
}

/** Fake models for operations other than chat and image generation. The models play scripts and record requests. */
export interface FakeOperations extends Pick<
  Provider,
  | 'embeddingModel'
  | 'transcriptionModel'
  | 'speechModel'
  | 'rerankModel'
  | 'moderationModel'
  | 'classificationModel'
> {
  /** Received embedding requests, in order. Core splits a long list of values into several requests. */
  readonly embeddingRequests: readonly FakeOperationCall<EmbeddingRequest>[];
  /** Received transcription requests, in order. */
  readonly transcriptionRequests: readonly FakeOperationCall<TranscriptionRequest>[];
  /** Received speech requests, in order. */
  readonly speechRequests: readonly FakeOperationCall<SpeechRequest>[];
  /** Received rerank requests, in order. */
  readonly rerankRequests: readonly FakeOperationCall<RerankRequest>[];
  /** Received moderation requests, in order. */
  readonly moderationRequests: readonly FakeOperationCall<ModerationRequest>[];
  /** Received classification requests, in order. */
  readonly classificationRequests: readonly FakeOperationCall<ClassificationRequest>[];
  /** Returns the number of turns that were not played. */
  readonly unplayed: () => number;
}

/** Creates models for the scripts of the options. Core reports an operation without scripts as unsupported. */
export function fakeOperations(options: FakeOperationOptions, clock: Clock): FakeOperations {
  const { embeddings, transcriptions, speech, reranks, moderations, classifications, facts = {} } = options;
  const vectors = new OperationScript<EmbeddingTurn, EmbeddingRequest>('embedding', embeddings, clock);
  const transcripts = new OperationScript<TranscriptionTurn, TranscriptionRequest>(
    'transcription',
    transcriptions,
    clock,
  );
  const audio = new OperationScript<SpeechTurn, SpeechRequest>('speech', speech, clock);
  const rankings = new OperationScript<RerankTurn, RerankRequest>('rerank', reranks, clock);
  const verdicts = new OperationScript<ModerationTurn, ModerationRequest>('moderation', moderations, clock);
  const answers = new OperationScript<ClassificationTurn, ClassificationRequest>(
    'classification',
    classifications,
    clock,
  );
  const scripts = [vectors, transcripts, audio, rankings, verdicts, answers];
  return {
    classificationRequests: answers.requests,
    rerankRequests: rankings.requests,
    moderationRequests: verdicts.requests,
    embeddingRequests: vectors.requests,
    transcriptionRequests: transcripts.requests,
    speechRequests: audio.requests,
    unplayed: () => scripts.reduce((sum, { script }) => sum + script.unplayed, 0),
    ...(embeddings && {
      embeddingModel: (id) => ({ space: id, ...facts.embedding, ...fakeEmbedding(id, vectors) }),
    }),
    ...(transcriptions && {
      transcriptionModel: (id) => ({ ...facts.transcription, ...fakeTranscription(id, transcripts) }),
    }),
    ...(speech && { speechModel: (id) => ({ ...facts.speech, ...fakeSpeech(id, audio) }) }),
    ...(reranks && { rerankModel: (id) => ({ ...facts.rerank, ...fakeRerank(id, rankings) }) }),
    ...(moderations && {
      moderationModel: (id) => ({ ...facts.moderation, ...fakeModeration(id, verdicts) }),
    }),
    ...(classifications && {
      classificationModel: (id) => ({
        basis: 'vendor',
        ...facts.classification,
        ...fakeClassification(id, answers),
      }),
    }),
  };
}

/** Script of one operation, with the received requests. */
class OperationScript<Turn, Request> {
  readonly script: FakeScript<Turn>;
  readonly clock: Clock;
  readonly requests: FakeOperationCall<Request>[] = [];

  constructor(operation: OperationName, scripts: Scripts<Turn> | undefined, clock: Clock) {
    this.script = new FakeScript(scripts ?? {}, (turn) => operationProblem(turn, operation));
    this.clock = clock;
  }

  /** Records a request, and returns the turn of the model after its delay. */
  async next(model: string, request: Request, context: ModelContext): Promise<ResolvedTurn<Turn>> {
    this.requests.push({ model, request });
    const { turn } = this.script.next(model, request, context.target);
    // All turns may have a delay, except a transcript that is a string.
    await waitFor(this.clock, (turn as OperationHang).delayMs, context);
    return turn;
  }

  /** Returns the answer of the next turn. Fails or hangs if the turn states it. */
  async answer(
    model: string,
    request: Request,
    context: ModelContext,
  ): Promise<Exclude<ResolvedTurn<Turn>, OperationFail | OperationHang>> {
    const turn: unknown = await this.next(model, request, context);
    if (isRecord(turn) && 'fail' in turn) throw scriptedError(turn as unknown as OperationFail, context);
    if (isRecord(turn) && 'hang' in turn) return waitForAbort(context);
    return turn as Exclude<ResolvedTurn<Turn>, OperationFail | OperationHang>;
  }
}

/** Members that the responses of all operations have. */
const responseOf = (
  { model, vendor, usage, warnings = [] }: Omit<OperationAnswer, 'delayMs'>,
  { target }: ModelContext,
): Omit<OperationResponse, 'attempts'> => ({ target, model, vendor, usage, warnings });

type Embedding = Pick<EmbeddingBackend, 'id' | 'embed'>;
type Transcription = Pick<TranscriptionBackend, 'id' | 'transcribe' | 'transcribeStream'>;
type Speech = Pick<SpeechBackend, 'id' | 'speak'>;

const fakeEmbedding = (id: string, playing: OperationScript<EmbeddingTurn, EmbeddingRequest>): Embedding => ({
  id,
  async embed(request, context) {
    const turn = await playing.answer(id, request, context);
    return {
      ...responseOf(turn, context),
      vectors: turn.vectors.map((vector) => Float32Array.from(vector)),
    };
  },
});

const fakeTranscription = (
  id: string,
  playing: OperationScript<TranscriptionTurn, TranscriptionRequest>,
): Transcription => ({
  id,
  async transcribe(request, context) {
    const given = await playing.answer(id, request, context);
    const turn = typeof given === 'string' ? { transcript: given } : given;
    const { transcript: text, language, durationMs, segments = [] } = turn;
    return { ...responseOf(turn, context), text, language, durationMs, segments };
  },
  async *transcribeStream(request, context) {
    const response = await this.transcribe(request, context);
    yield* response.text.match(/\S+\s*|\s+/g) ?? [];
    yield* response.segments;
    yield response;
  },
});

const fakeSpeech = (id: string, playing: OperationScript<SpeechTurn, SpeechRequest>): Speech => ({
  id,
  async *speak(request, context) {
    // `next` instead of `answer`, because audio may precede a failure.
    const turn = await playing.next(id, request, context);
    if (!('audio' in turn)) {
      if (turn.after !== undefined) yield { mediaType: DEFAULT_AUDIO_TYPE, bytes: turn.after };
      if ('fail' in turn) throw scriptedError(turn, context);
      return waitForAbort(context);
    }
    const { audio, mediaType = DEFAULT_AUDIO_TYPE, model, vendor, usage, warnings, everyMs } = turn;
    for (const [at, bytes] of (audio instanceof Uint8Array ? [audio] : audio).entries()) {
      if (at > 0) await waitFor(playing.clock, everyMs, context);
      throwIfAborted(context);
      // Only the first chunk contains the facts about the response.
      yield at === 0 ? { mediaType, bytes, model, vendor, usage, warnings } : { bytes };
    }
  },
});

const fakeRerank = (id: string, playing: OperationScript<RerankTurn, RerankRequest>): RerankBackend => ({
  id,
  async rerank(request, context) {
    const turn = await playing.answer(id, request, context);
    return { ...responseOf(turn, context), results: turn.ranking };
  },
});

const fakeModeration = (
  id: string,
  playing: OperationScript<ModerationTurn, ModerationRequest>,
): ModerationBackend => ({
  id,
  async moderate(request, context) {
    const turn = await playing.answer(id, request, context);
    return { ...responseOf(turn, context), results: turn.verdicts };
  },
});

const fakeClassification = (
  id: string,
  playing: OperationScript<ClassificationTurn, ClassificationRequest>,
): Omit<ClassificationBackend, 'basis'> => ({
  id,
  async classify(request, context) {
    const turn = await playing.answer(id, request, context);
    const { distributions, refuses, usage } = turn;
    if (refuses === undefined) return { ...responseOf(turn, context), distributions };
    if (usage !== undefined) context.reportUsage?.(usage);
    const { target } = context;
    const message = `${target}: the model refused the question "${refuses}"`;
    const path = `questions.${refuses}`;
    throw new LlmError('content-filter', message, { target, code: 'refusal', path });
  },
});

const DEFAULT_AUDIO_TYPE = 'audio/mpeg';
