import {
  LlmError,
  type ModelContext,
  type ModerationResult,
  type Provider,
  type Usage,
} from '@majordomo/core';
import { asList, asNumber, asRecord, isList } from '@majordomo/core/toolkit';
import { transportError } from '@majordomo/wire-kit';
import { asVector } from '@majordomo/wire-kit/internal';
import { failureError } from './provider.ts';

type Operations = Pick<
  Provider,
  | 'embeddingModel'
  | 'transcriptionModel'
  | 'speechModel'
  | 'rerankModel'
  | 'moderationModel'
  | 'classificationModel'
>;

/** Minimal client of the other endpoints of OpenAI and compatible servers. */
export function referenceOperations(baseURL: string, key: string): Operations {
  const send = async (path: string, body: object, context: ModelContext): Promise<Response> => {
    const { target, signal } = context;
    const headers = { authorization: `Bearer ${key}` };
    const isForm = body instanceof FormData;
    const response = await fetch(`${baseURL}${path}`, {
      method: 'POST',
      headers: isForm ? headers : { ...headers, 'content-type': 'application/json' },
      body: isForm ? body : JSON.stringify(body),
      signal,
    });
    if (!response.ok)
      throw failureError(await response.text(), target, key, response.status, response.headers);
    return response;
  };
  const withConvertedErrors = async <T>(context: ModelContext, run: () => Promise<T>): Promise<T> => {
    try {
      return await run();
    } catch (error) {
      context.signal.throwIfAborted();
      throw LlmError.is(error) ? error : transportError(error, context.target, [key]);
    }
  };
  return {
    embeddingModel: (id) => ({
      id,
      space: id,
      embed: (request, context) =>
        withConvertedErrors(context, async () => {
          const body = { model: id, input: request.values, dimensions: request.dimensions };
          const { data, usage } = asRecord(await (await send('/embeddings', body, context)).json());
          const vectors = asList(data).map((entry) => asVector(asRecord(entry)['embedding']));
          const completeVectors = vectors.filter((vector) => vector !== undefined);
          return {
            target: context.target,
            vectors: completeVectors,
            usage: tokens(usage, 'prompt_tokens'),
            warnings: [],
          };
        }),
    }),
    transcriptionModel: (id) => ({
      id,
      transcribe: (request, context) =>
        withConvertedErrors(context, async () => {
          const form = new FormData();
          form.append('model', id);
          form.append('response_format', request.timestamps === undefined ? 'json' : 'verbose_json');
          form.append(
            'file',
            new Blob([new Uint8Array(request.audio)], { type: request.mediaType }),
            'a.wav',
          );
          const { text, segments, usage } = asRecord(
            await (await send('/audio/transcriptions', form, context)).json(),
          );
          if (typeof text !== 'string') throw broken(context, 'text');
          const segmentRecords = asList(segments).map(asRecord);
          return {
            target: context.target,
            text,
            language: undefined,
            durationMs: undefined,
            segments: segmentRecords.map((segment) => ({
              text: String(segment['text']),
              startMs: Number(segment['start']) * 1000,
              endMs: Number(segment['end']) * 1000,
            })),
            usage: tokens(usage, 'input_tokens'),
            warnings: [],
          };
        }),
    }),
    speechModel: (id) => ({
      id,
      async *speak(request, context) {
        try {
          const response = await send('/audio/speech', { model: id, input: request.text }, context);
          const mediaType = response.headers.get('content-type') ?? '';
          if (!mediaType.startsWith('audio/')) throw broken(context, 'content-type');
          for await (const bytes of response.body ?? []) yield { mediaType, bytes };
        } catch (error) {
          context.signal.throwIfAborted();
          throw LlmError.is(error) ? error : transportError(error, context.target, [key]);
        }
      },
    }),
    rerankModel: (id) => ({
      id,
      rerank: (request, context) =>
        withConvertedErrors(context, async () => {
          const { query, documents, topN } = request;
          const body = { model: id, query, documents, top_n: topN };
          const { results, usage } = asRecord(await (await send('/rerank', body, context)).json());
          if (!isList(results)) throw broken(context, 'results');
          return {
            target: context.target,
            results: results.map(asRecord).map(({ index, relevance_score: score }) => ({
              index: index as number,
              score: score as number,
            })),
            usage: tokens(usage, 'total_tokens'),
            warnings: [],
          };
        }),
    }),
    moderationModel: (id) => ({
      id,
      moderate: (request, context) =>
        withConvertedErrors(context, async () => {
          const body = { model: id, input: request.values };
          const { results } = asRecord(await (await send('/moderations', body, context)).json());
          if (!isList(results)) throw broken(context, 'results');
          const none = { cacheRead: undefined, cacheWrite: undefined, reasoning: undefined };
          return {
            target: context.target,
            results: results.map(asRecord).map(({ flagged, categories, category_scores: scores }) => ({
              flagged: flagged === true,
              categories: categories as ModerationResult['categories'],
              scores: scores as ModerationResult['scores'],
            })),
            usage: {
              input: undefined,
              output: undefined,
              ...none,
              details: { units: { moderation: request.values.length } },
            },
            warnings: [],
          };
        }),
    }),
    classificationModel: (id) => ({
      id,
      basis: 'vendor',
      classify: (request, context) =>
        withConvertedErrors(context, async () => {
          const questions = Object.entries(request.questions).map(([name, question]) => ({
            type: question.type,
            name,
            instructions: question.instructions,
            ...('choices' in question && {
              choices: Object.keys(question.choices).map((value) => ({ value })),
            }),
            ...('levels' in question && { levels: question.levels.map((label) => ({ label })) }),
          }));
          const body = { model: id, input: request.input, questions };
          const { answers, usage } = asRecord(await (await send('/decisions', body, context)).json());
          if (!isList(answers)) throw broken(context, 'answers');
          const counted = tokens(usage, 'input_tokens');
          if (counted !== undefined) context.reportUsage?.(counted);
          const distributions = answers.map(asRecord).map((answer) => {
            const name = String(answer['name']);
            if (answer['type'] === 'refusal')
              throw new LlmError('content-filter', `${context.target}: refused "${name}"`, {
                code: 'refusal',
                path: `questions.${name}`,
              });
            return [name, distributionIn(answer)] as const;
          });
          return { distributions: Object.fromEntries(distributions), usage: counted, warnings: [] };
        }),
    }),
  };
}

function distributionIn({
  type,
  probability,
  probabilities,
}: Readonly<Record<string, unknown>>): readonly number[] {
  const one = Number(probability);
  if (type === 'predicate') return [one, 1 - one];
  return asList(probabilities).map((entry) => asRecord(entry)['probability'] as number);
}

const broken = ({ target }: ModelContext, path: string): LlmError =>
  new LlmError('protocol', `${target}: ${path} is not what it should be`, { target, path });

function tokens(raw: unknown, field: string): Usage | undefined {
  const input = asNumber(asRecord(raw)[field]);
  const none = { cacheRead: undefined, cacheWrite: undefined, reasoning: undefined };
  return input === undefined ? undefined : { input, output: 0, ...none };
}
