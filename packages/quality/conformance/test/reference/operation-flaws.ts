import {
  type ClassificationBackend,
  type EmbeddingBackend,
  LlmError,
  type ModelContext,
  type ModerationBackend,
  type Provider,
  type Question,
  type RerankBackend,
  type SpeechBackend,
  type TranscriptionBackend,
} from '@majordomo/core';
import { type Flaw, never } from './flaw.ts';

const same: Flaw['stream'] = (stream) => stream;

type Embed = EmbeddingBackend['embed'];
type Transcribe = TranscriptionBackend['transcribe'];
type Speak = SpeechBackend['speak'];
type Rerank = RerankBackend['rerank'];
type Moderate = ModerationBackend['moderate'];
type Classify = ClassificationBackend['classify'];

interface Changes {
  readonly embed?: (embed: Embed) => Embed;
  readonly transcribe?: (transcribe: Transcribe) => Transcribe;
  readonly speak?: (speak: Speak) => Speak;
  readonly rerank?: (rerank: Rerank) => Rerank;
  readonly moderate?: (moderate: Moderate) => Moderate;
  readonly classify?: (classify: Classify) => Classify;
}

/** Applies changes to the operations of a provider. */
const onOperations =
  ({ embed, transcribe, speak, rerank, moderate, classify }: Changes) =>
  (provider: Provider): Provider => {
    const { embeddingModel, transcriptionModel, speechModel, rerankModel, moderationModel } = provider;
    const { classificationModel } = provider;
    return {
      ...provider,
      ...(embed &&
        embeddingModel && {
          embeddingModel: (id) => {
            const model = embeddingModel(id);
            return { ...model, embed: embed((request, context) => model.embed(request, context)) };
          },
        }),
      ...(transcribe &&
        transcriptionModel && {
          transcriptionModel: (id) => {
            const model = transcriptionModel(id);
            return {
              ...model,
              transcribe: transcribe((request, context) => model.transcribe(request, context)),
            };
          },
        }),
      ...(speak &&
        speechModel && {
          speechModel: (id) => {
            const model = speechModel(id);
            return { ...model, speak: speak((request, context) => model.speak(request, context)) };
          },
        }),
      ...(rerank &&
        rerankModel && {
          rerankModel: (id) => {
            const model = rerankModel(id);
            return { ...model, rerank: rerank((request, context) => model.rerank(request, context)) };
          },
        }),
      ...(moderate &&
        moderationModel && {
          moderationModel: (id) => {
            const model = moderationModel(id);
            return { ...model, moderate: moderate((request, context) => model.moderate(request, context)) };
          },
        }),
      ...(classify &&
        classificationModel && {
          classificationModel: (id) => {
            const model = classificationModel(id);
            return (
              model && {
                ...model,
                classify: classify((request, context) => model.classify(request, context)),
              }
            );
          },
        }),
    };
  };

/** Changes the context of every operation. */
const onContext = (change: (context: ModelContext) => ModelContext): Changes => ({
  embed: (embed) => (request, context) => embed(request, change(context)),
  transcribe: (transcribe) => (request, context) => transcribe(request, change(context)),
  speak: (speak) => (request, context) => speak(request, change(context)),
  rerank: (rerank) => (request, context) => rerank(request, change(context)),
  moderate: (moderate) => (request, context) => moderate(request, change(context)),
  classify: (classify) => (request, context) => classify(request, change(context)),
});

/** Changes the errors of every operation. */
const onFailure = (change: (error: LlmError) => LlmError): Changes => {
  const changed = (error: unknown): unknown => (LlmError.is(error) ? change(error) : error);
  return {
    embed: (embed) => (request, context) =>
      embed(request, context).catch((error: unknown) => {
        throw changed(error);
      }),
    transcribe: (transcribe) => (request, context) =>
      transcribe(request, context).catch((error: unknown) => {
        throw changed(error);
      }),
    speak: (speak) =>
      async function* (request, context) {
        try {
          yield* speak(request, context);
        } catch (error) {
          throw changed(error);
        }
      },
    rerank: (rerank) => (request, context) =>
      rerank(request, context).catch((error: unknown) => {
        throw changed(error);
      }),
    moderate: (moderate) => (request, context) =>
      moderate(request, context).catch((error: unknown) => {
        throw changed(error);
      }),
    classify: (classify) => (request, context) =>
      classify(request, context).catch((error: unknown) => {
        throw changed(error);
      }),
  };
};

const flaw = (
  name: string,
  caught: Flaw['caught'],
  changes: Changes,
  more: Pick<Flaw, 'hangs'> = {},
): Flaw => ({ name, caught, stream: same, provider: onOperations(changes), wire: 'openai-chat', ...more });

/** Scenarios that check failures of operations. */
const FAILURES: Flaw['caught'] = [
  'embedding-failures',
  'transcription-failures',
  'speech-failures',
  'rerank-failures',
  'moderation-failures',
  'classification-failures',
  'embedding-faults',
  'transcription-faults',
  'speech-faults',
  'rerank-faults',
  'moderation-faults',
  'classification-faults',
];

/** Flaws of embeddings, transcription and speech. */
export const OPERATION_FLAWS: readonly Flaw[] = [
  {
    name: 'declares no operation other than chat',
    caught: [
      'embedding-declared',
      'transcription-declared',
      'speech-declared',
      'rerank-declared',
      'moderation-declared',
      'classification-declared',
    ],
    stream: same,
    wire: 'openai-chat',
    provider: ({
      embeddingModel: _e,
      transcriptionModel: _t,
      speechModel: _s,
      rerankModel: _r,
      moderationModel: _m,
      classificationModel: _c,
      ...provider
    }) => provider,
  },
  {
    name: 'declares operations that its harness does not name',
    caught: [
      'embedding-declared',
      'transcription-declared',
      'speech-declared',
      'rerank-declared',
      'moderation-declared',
      'classification-declared',
    ],
    stream: same,
    wire: 'anthropic-messages',
    provider: (provider) => ({
      ...provider,
      embeddingModel: () => missing,
      transcriptionModel: () => missing,
      speechModel: () => missing,
      rerankModel: () => missing,
      moderationModel: () => missing,
      classificationModel: () => ({ ...missing, basis: 'vendor' }),
    }),
  },
  flaw('returns vectors in another order', ['embedding'], {
    embed: (embed) => async (request, context) => {
      const { vectors, ...answer } = await embed(request, context);
      return { ...answer, vectors: [...vectors].reverse() };
    },
  }),
  flaw('joins the lines of a text before embedding', ['embedding'], {
    embed: (embed) => (request, context) =>
      embed({ ...request, values: request.values.map((value) => value.replaceAll('\n', ' ')) }, context),
  }),
  flaw('drops the signs of vectors', ['embedding'], {
    embed: (embed) => async (request, context) => {
      const { vectors, ...answer } = await embed(request, context);
      return { ...answer, vectors: vectors.map((vector) => vector.map(Math.abs)) };
    },
  }),
  flaw('drops additional vectors', ['embedding-count'], {
    embed: (embed) => async (request, context) => {
      const { vectors, ...answer } = await embed(request, context);
      return { ...answer, vectors: vectors.slice(0, request.values.length) };
    },
  }),
  flaw('truncates texts before embedding', ['embedding'], {
    embed: (embed) => (request, context) =>
      embed({ ...request, values: request.values.map((value) => value.slice(0, 1)) }, context),
  }),
  flaw('adds missing vectors', ['embedding-count'], {
    embed: (embed) => async (request, context) => {
      const { vectors, ...answer } = await embed(request, context);
      const size = Math.max(...vectors.map(({ length }) => length));
      return {
        ...answer,
        vectors: request.values.map((_, at) =>
          Float32Array.from({ length: size }, (_each, n) => vectors[at]?.[n] ?? 0),
        ),
      };
    },
  }),
  flaw('pads shorter vectors', ['embedding-dimensions'], {
    embed: (embed) => async (request, context) => {
      const { vectors, ...answer } = await embed({ ...request, dimensions: 2 }, context);
      return {
        ...answer,
        vectors: vectors.map((vector) => Float32Array.from({ length: 8 }, (_, at) => vector[at] ?? 0)),
      };
    },
  }),
  flaw('drops the usage of embeddings and transcriptions', ['embedding-usage', 'transcription-usage'], {
    embed: (embed) => async (request, context) => ({ ...(await embed(request, context)), usage: undefined }),
    transcribe: (transcribe) => async (request, context) => ({
      ...(await transcribe(request, context)),
      usage: undefined,
    }),
  }),
  flaw('reports 0 tokens for speech', ['speech-usage'], {
    speak: (speak) =>
      async function* (request, context) {
        const none = { cacheRead: undefined, cacheWrite: undefined, reasoning: undefined };
        for await (const step of speak(request, context))
          yield { ...step, usage: { input: 0, output: 0, ...none } };
      },
  }),
  flaw(
    'reports every failure of an operation as server',
    FAILURES,
    onFailure(({ message, details }) => new LlmError('server', message, details)),
  ),
  flaw('retries failed operations', FAILURES, {
    embed: (embed) => (request, context) => embed(request, context).catch(() => embed(request, context)),
    transcribe: (transcribe) => (request, context) =>
      transcribe(request, context).catch(() => transcribe(request, context)),
    speak: (speak) =>
      async function* (request, context) {
        try {
          yield* speak(request, context);
        } catch {
          yield* speak(request, context);
        }
      },
    rerank: (rerank) => (request, context) => rerank(request, context).catch(() => rerank(request, context)),
    moderate: (moderate) => (request, context) =>
      moderate(request, context).catch(() => moderate(request, context)),
    classify: (classify) => (request, context) =>
      classify(request, context).catch(() => classify(request, context)),
  }),
  flaw('sends only the first documents', ['rerank'], {
    rerank: (rerank) => async (request, context) => {
      const { results, ...answer } = await rerank(
        { ...request, documents: request.documents.slice(0, 2) },
        context,
      );
      return { ...answer, results: [...results, { index: 2, score: 9 }] };
    },
  }),
  flaw('trims the query', ['rerank'], {
    rerank: (rerank) => (request, context) =>
      rerank({ ...request, query: request.query.split('\n')[0] ?? '' }, context),
  }),
  flaw('replaces invalid rankings', ['rerank-invalid'], {
    rerank: (rerank) => async (request, context) => {
      const answer = await rerank(request, context);
      return { ...answer, results: request.documents.map((_, index) => ({ index, score: 0 })) };
    },
  }),
  flaw('returns verdicts in another order', ['moderation'], {
    moderate: (moderate) => async (request, context) => {
      const { results, ...answer } = await moderate(request, context);
      return { ...answer, results: [...results].reverse() };
    },
  }),
  flaw('adds missing verdicts', ['moderation-count'], {
    moderate: (moderate) => async (request, context) => {
      const { results, ...answer } = await moderate(request, context);
      const unflagged = { flagged: false, categories: {}, scores: {} };
      return { ...answer, results: request.values.map((_, at) => results[at] ?? unflagged) };
    },
  }),
  flaw('returns distributions in another order', ['classification'], {
    classify: (classify) => async (request, context) => {
      const { distributions, ...answer } = await classify(request, context);
      const reversed = Object.entries(distributions).map(
        ([name, each]) => [name, [...each].reverse()] as const,
      );
      return { ...answer, distributions: Object.fromEntries(reversed) };
    },
  }),
  flaw('sends only the first questions', ['classification'], {
    classify: (classify) => async (request, context) => {
      const [first, ...others] = Object.entries(request.questions);
      const answer = await classify(
        { ...request, questions: Object.fromEntries(first ? [first] : []) },
        context,
      );
      const even = others.map(([name, question]) => [name, evenly(question)] as const);
      return { ...answer, distributions: { ...answer.distributions, ...Object.fromEntries(even) } };
    },
  }),
  flaw('replaces invalid distributions', ['classification-invalid'], {
    classify: (classify) => async (request, context) => {
      const answer = await classify(request, context);
      const even = Object.entries(request.questions).map(
        ([name, question]) => [name, evenly(question)] as const,
      );
      return { ...answer, distributions: Object.fromEntries(even) };
    },
  }),
  flaw('answers refused questions', ['classification-refusal'], {
    classify: (classify) => (request, context) =>
      classify(request, context).catch((error: unknown) => {
        if (!LlmError.is(error, 'content-filter') || error.details.code !== 'refusal') throw error;
        const even = Object.entries(request.questions).map(
          ([name, question]) => [name, evenly(question)] as const,
        );
        return { distributions: Object.fromEntries(even), usage: undefined, warnings: [] };
      }),
  }),
  flaw('drops the usage of answers to questions', ['classification-usage'], {
    classify: (classify) => async (request, context) => ({
      ...(await classify(request, context)),
      usage: undefined,
    }),
  }),
  flaw('drops the usage of rankings and verdicts', ['rerank-usage', 'moderation-usage'], {
    rerank: (rerank) => async (request, context) => ({
      ...(await rerank(request, context)),
      usage: undefined,
    }),
    moderate: (moderate) => async (request, context) => ({
      ...(await moderate(request, context)),
      usage: undefined,
    }),
  }),
  flaw(
    'ignores the signal of an operation',
    [
      'embedding-abort',
      'transcription-abort',
      'speech-abort',
      'rerank-abort',
      'moderation-abort',
      'classification-abort',
    ],
    onContext((context) => ({ ...context, signal: never })),
    { hangs: true },
  ),
  flaw(
    'includes the key in errors of operations',
    [
      'embedding-secret',
      'transcription-secret',
      'speech-secret',
      'rerank-secret',
      'moderation-secret',
      'classification-secret',
    ],
    onFailure(({ kind, details }) => new LlmError(kind, `Incorrect API key provided: ${KEY}`, details)),
  ),
  flaw('sends half of a recording', ['transcription'], {
    transcribe: (transcribe) => (request, context) =>
      transcribe({ ...request, audio: request.audio.slice(0, 16) }, context),
  }),
  flaw('sends every recording as MP3', ['transcription'], {
    transcribe: (transcribe) => (request, context) =>
      transcribe({ ...request, mediaType: 'audio/mpeg' }, context),
  }),
  flaw('reports seconds as milliseconds', ['transcription-segments'], {
    transcribe: (transcribe) => async (request, context) => {
      const { segments, ...answer } = await transcribe(request, context);
      return {
        ...answer,
        segments: segments.map(({ text, startMs, endMs }) => ({
          text,
          startMs: startMs / 1000,
          endMs: endMs / 1000,
        })),
      };
    },
  }),
  flaw('speaks only the first line of a text', ['speech'], {
    speak: (speak) => (request, context) =>
      speak({ ...request, text: request.text.split('\n')[0] ?? '' }, context),
  }),
  flaw('drops the end of audio', ['speech'], {
    speak: (speak) =>
      async function* (request, context) {
        for await (const step of speak(request, context)) yield { ...step, bytes: step.bytes.slice(0, 100) };
      },
  }),
  flaw(
    'buffers audio until it is complete',
    ['speech-stream'],
    {
      speak: (speak) =>
        async function* (request, context) {
          const steps = [];
          for await (const step of speak(request, context)) steps.push(step);
          yield* steps;
        },
    },
    { hangs: true },
  ),
];

/** API key of the suite. */
const KEY = 'sk-conformance-0123456789abcdef';

/** Returns equal probabilities for the options of a question. */
function evenly(question: Question): readonly number[] {
  const options =
    'choices' in question ? Object.keys(question.choices) : 'levels' in question ? question.levels : [1, 2];
  return options.map(() => 1 / options.length);
}

const missing = {
  id: 'm',
  space: 'm',
  embed: () => Promise.reject(new Error('no such model')),
  transcribe: () => Promise.reject(new Error('no such model')),
  rerank: () => Promise.reject(new Error('no such model')),
  moderate: () => Promise.reject(new Error('no such model')),
  classify: () => Promise.reject(new Error('no such model')),
  // eslint-disable-next-line require-yield -- it fails before the first chunk
  speak: async function* () {
    throw new Error('no such model');
  },
};
