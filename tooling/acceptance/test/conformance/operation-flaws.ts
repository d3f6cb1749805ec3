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
import type { OperationName } from '@majordomo/testing';
import { type Flaw, never } from './flaw.ts';

const same: Flaw['stream'] = (stream) => stream;

/** Changes of the methods of a provider's models. */
interface Changes {
  readonly embed?: (embed: EmbeddingBackend['embed']) => EmbeddingBackend['embed'];
  readonly transcribe?: (
    transcribe: TranscriptionBackend['transcribe'],
  ) => TranscriptionBackend['transcribe'];
  readonly speak?: (speak: SpeechBackend['speak']) => SpeechBackend['speak'];
  readonly rerank?: (rerank: RerankBackend['rerank']) => RerankBackend['rerank'];
  readonly moderate?: (moderate: ModerationBackend['moderate']) => ModerationBackend['moderate'];
  readonly classify?: (classify: ClassificationBackend['classify']) => ClassificationBackend['classify'];
}

const METHODS = {
  embedding: 'embed',
  transcription: 'transcribe',
  speech: 'speak',
  rerank: 'rerank',
  moderation: 'moderate',
  classification: 'classify',
} as const satisfies Record<OperationName, keyof Changes>;

const OPERATIONS = Object.keys(METHODS) as OperationName[];

/** Method of any model. */
type Method = (request: object, context: ModelContext) => unknown;
type AsyncMethod = (request: object, context: ModelContext) => Promise<object>;
type StreamMethod = (request: object, context: ModelContext) => AsyncIterable<object>;

/** Applies changes to the operations of a provider. */
const onOperations =
  (changes: Changes) =>
  (provider: Provider): Provider => {
    const factories = OPERATIONS.flatMap((operation) => {
      const method = METHODS[operation];
      const change = changes[method] as ((method: Method) => Method) | undefined;
      const create = provider[`${operation}Model`] as ((id: string) => Record<string, Method>) | undefined;
      if (change === undefined || create === undefined) return [];
      const flawedModel = (id: string): object => {
        const model = create(id);
        return { ...model, [method]: change((request, context) => model[method]?.(request, context)) };
      };
      return [[`${operation}Model`, flawedModel]];
    });
    return { ...provider, ...(Object.fromEntries(factories) as object) };
  };

/** Changes the methods of all models: those that return a promise, and the one that streams audio. */
const onAll = (
  change: (call: AsyncMethod) => AsyncMethod,
  changeSpeech: (speak: StreamMethod) => StreamMethod,
): Changes => {
  const others = Object.values(METHODS).filter((method) => method !== 'speak');
  return { ...Object.fromEntries(others.map((method) => [method, change])), speak: changeSpeech as never };
};

/** Changes the context of every operation. */
const onContext = (change: (context: ModelContext) => ModelContext): Changes =>
  onAll(
    (call) => (request, context) => call(request, change(context)),
    (speak) => (request, context) => speak(request, change(context)),
  );

/** Changes the errors of every operation. */
const onFailure = (change: (error: LlmError) => LlmError): Changes => {
  const changed = (error: unknown): unknown => (LlmError.is(error) ? change(error) : error);
  return onAll(
    (call) => (request, context) =>
      call(request, context).catch((error: unknown) => {
        throw changed(error);
      }),
    (speak) =>
      async function* (request, context) {
        try {
          yield* speak(request, context);
        } catch (error) {
          throw changed(error);
        }
      },
  );
};

/** Drops the usage of a response. */
const withoutUsage =
  <Request, Response>(call: (request: Request, context: ModelContext) => Promise<Response>) =>
  async (request: Request, context: ModelContext) => ({
    ...(await call(request, context)),
    usage: undefined,
  });

/** Returns vectors for responses that the provider rejects because of the number of their vectors, at a path of the body. */
const accepting =
  (path: RegExp): NonNullable<Changes['embed']> =>
  (embed) =>
  (request, context) =>
    embed(request, context).catch((error: unknown) => {
      if (!LlmError.is(error, 'protocol') || !path.test(error.details.path ?? '')) throw error;
      const vectors = request.values.map(() => Float32Array.of(1));
      return { target: context.target, vectors, usage: undefined, warnings: [] };
    });

/** Returns the scenarios of all operations with this ending. */
const scenarios = <End extends 'declared' | 'failures' | 'faults' | 'abort' | 'secret'>(end: End) =>
  OPERATIONS.map((operation) => `${operation}-${end}` as const);

const flaw = (
  name: string,
  caught: Flaw['caught'],
  changes: Changes,
  more: Pick<Flaw, 'hangs'> = {},
): Flaw => ({ name, caught, stream: same, provider: onOperations(changes), wire: 'openai-chat', ...more });

/** Scenarios that check failures of operations. */
const FAILURES: Flaw['caught'] = [...scenarios('failures'), ...scenarios('faults')];

/** Flaws of embeddings, transcription and speech. */
export const OPERATION_FLAWS: readonly Flaw[] = [
  {
    name: 'declares no operation other than chat',
    caught: scenarios('declared'),
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
    caught: scenarios('declared'),
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
  flaw('joins the lines of a text before embedding', ['embedding'], {
    embed: (embed) => (request, context) =>
      embed({ ...request, values: request.values.map((value) => value.replaceAll('\n', ' ')) }, context),
  }),
  flaw('drops additional vectors', ['embedding-count'], { embed: accepting(/^data\[\d+\]\.index$/) }),
  flaw('truncates texts before embedding', ['embedding'], {
    embed: (embed) => (request, context) =>
      embed({ ...request, values: request.values.map((value) => value.slice(0, 1)) }, context),
  }),
  flaw('adds missing vectors', ['embedding-count'], { embed: accepting(/^data$/) }),
  flaw('adds missing numbers to vectors', ['embedding-count'], {
    embed: (embed) => async (request, context) => {
      const { vectors, ...answer } = await embed(request, context);
      const size = Math.max(...vectors.map(({ length }) => length));
      return {
        ...answer,
        vectors: vectors.map((vector) => Float32Array.from({ length: size }, (_, at) => vector[at] ?? 0)),
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
    embed: withoutUsage,
    transcribe: withoutUsage,
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
  flaw(
    'retries failed operations',
    FAILURES,
    onAll(
      (call) => (request, context) => call(request, context).catch(() => call(request, context)),
      (speak) =>
        async function* (request, context) {
          try {
            yield* speak(request, context);
          } catch {
            yield* speak(request, context);
          }
        },
    ),
  ),
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
      const even = evenAnswers(Object.fromEntries(others));
      return { ...answer, distributions: { ...answer.distributions, ...even } };
    },
  }),
  flaw('replaces invalid distributions', ['classification-invalid'], {
    classify: (classify) => async (request, context) => {
      const answer = await classify(request, context);
      return { ...answer, distributions: evenAnswers(request.questions) };
    },
  }),
  flaw('answers refused questions', ['classification-refusal'], {
    classify: (classify) => (request, context) =>
      classify(request, context).catch((error: unknown) => {
        if (!LlmError.is(error, 'content-filter') || error.details.code !== 'refusal') throw error;
        return { distributions: evenAnswers(request.questions), usage: undefined, warnings: [] };
      }),
  }),
  flaw('drops the usage of answers to questions', ['classification-usage'], { classify: withoutUsage }),
  flaw('drops the usage of rankings and verdicts', ['rerank-usage', 'moderation-usage'], {
    rerank: withoutUsage,
    moderate: withoutUsage,
  }),
  flaw(
    'ignores the signal of an operation',
    scenarios('abort'),
    onContext((context) => ({ ...context, signal: never })),
    { hangs: true },
  ),
  flaw(
    'includes the key in errors of operations',
    scenarios('secret'),
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

/** Returns equal probabilities for the options of each question. */
const evenAnswers = (questions: Readonly<Record<string, Question>>): Record<string, readonly number[]> =>
  Object.fromEntries(
    Object.entries(questions).map(([name, question]) => {
      const levels = 'levels' in question ? question.levels : [1, 2];
      const options = 'choices' in question ? Object.keys(question.choices) : levels;
      return [name, options.map(() => 1 / options.length)];
    }),
  );

const reject = (): Promise<never> => Promise.reject(new Error('no such model'));

const missing = {
  id: 'm',
  space: 'm',
  embed: reject,
  transcribe: reject,
  rerank: reject,
  moderate: reject,
  classify: reject,
  // eslint-disable-next-line require-yield -- it fails before the first chunk
  speak: async function* () {
    throw new Error('no such model');
  },
};
