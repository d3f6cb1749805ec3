import type { CallOptions, ChatModel, ChatRequest, ChatResponse, ChatStream } from '@majordomo/core';
import { toJsonSchema } from '@majordomo/core/toolkit';
import { type EvalDefinition, evaluate, type SubjectContext } from '@majordomo/evals';
import type { ObjectRequest } from '@majordomo/evals/internal';
import type { RecordedCall } from './answer.ts';
import type { Traffic } from './traffic.ts';

/**
 * Runs an evaluation on its recordings, without any call, and returns each recorded model call of its subject with its request. The case
 * is the conversation. Cost and times of single calls are not known. Listing rejects as `evaluate` does.
 *
 * @example fromRecordings(support, { folder: 'evals' })
 */
export function fromRecordings<Input, Expected>(
  definition: EvalDefinition<Input, Expected>,
  options: { readonly folder?: string | undefined } = {},
): Traffic {
  /** Recorded calls, read once. */
  let read: Promise<Recorded> | undefined;
  const load = (): Promise<Recorded> => (read ??= readRecordings(definition, options.folder));
  return {
    async *list() {
      const { calls, missing } = await load();
      for (const { id, at, name, response } of calls.values())
        yield { id, at, name, inputTokens: response.usage?.input, finish: response.finish };
      if (missing > 0) yield { excluded: 'a call of the sample is not recorded', calls: missing };
    },
    async read(id) {
      return (await load()).calls.get(id) ?? { excluded: 'the call is no longer recorded' };
    },
  };
}

interface Recorded {
  readonly calls: ReadonlyMap<string, RecordedCall>;
  /** Number of samples without a result, because a call is not recorded. */
  readonly missing: number;
}

async function readRecordings<Input, Expected>(
  definition: EvalDefinition<Input, Expected>,
  folder: string | undefined,
): Promise<Recorded> {
  const calls = new Map<string, RecordedCall>();
  const subject = (input: Input, context: SubjectContext<Input>): ReturnType<typeof definition.subject> => {
    const { case: one, trial } = context;
    let count = 0;
    const captured = (model: ChatModel): ChatModel =>
      capturing(model, (request, response) => {
        count += 1;
        const id = `${one.id}#${trial}/${count}`;
        const { parts, finish, target, usage } = response;
        calls.set(id, {
          id,
          at: RECORDED_AT,
          request,
          response: { parts, finish, target, usage },
          name: model.spec,
          metadata: { conversation: one.id },
        });
      });
    return definition.subject(input, {
      ...context,
      model: (spec) => captured(context.model(spec)),
      recorded: (model) => captured(context.recorded(model)),
    });
  };
  const { cases, name, majordomo, trials, version } = definition;
  const { totals } = await evaluate(
    { name, majordomo, cases, trials, version, subject },
    { folder, mode: 'replay' },
  );
  return { calls, missing: totals.errors };
}

/** Time of a call whose time is not known. */
const RECORDED_AT = new Date(0).toISOString();

/** Returns a model that reports each answered call. */
function capturing(
  model: ChatModel,
  onAnswer: (request: ChatRequest, response: ChatResponse) => void,
): ChatModel {
  const answered = async <R extends ChatResponse>(request: ChatRequest, response: Promise<R>): Promise<R> => {
    const found = await response;
    onAnswer(request, found);
    return found;
  };
  const typed = (request: ObjectRequest<unknown>): ChatRequest => ({
    ...request,
    output: toJsonSchema(request.output, 'output'),
  });
  return {
    spec: model.spec,
    generate: (request, options) => answered(request, model.generate(request, options)),
    stream: (request: ChatRequest, options?: CallOptions) => {
      const stream = model.stream(request, options) as ChatStream<never>;
      const { response, ended } = watched(stream, (found) => onAnswer(request, found));
      return {
        response,
        [Symbol.asyncIterator]: () => ended(stream),
        get textStream() {
          return ended(stream.textStream);
        },
      };
    },
    generateObject: (request: ObjectRequest<unknown>, options?: CallOptions) =>
      answered(typed(request), model.generateObject(request as never, options)) as Promise<never>,
    streamObject: (request, options) => {
      const stream = model.streamObject(request, options);
      const { response, ended } = watched(stream, (found) => onAnswer(typed(request), found));
      return { response, [Symbol.asyncIterator]: () => ended(stream) };
    },
  };
}

/** Functions through which a subject reads a stream. */
interface Watched<R> {
  readonly response: () => Promise<R>;
  /** Yields the values of the stream, and then reports its response. */
  readonly ended: <E>(source: AsyncIterable<E>) => AsyncGenerator<E>;
}

/** Reports the response of a stream once, when the reader asks for it or has read to the end. A stream that is left has no response. */
function watched<R extends ChatResponse>(
  stream: { response(): Promise<R> },
  onAnswer: (response: R) => void,
): Watched<R> {
  let isReported = false;
  const response = async (): Promise<R> => {
    const found = await stream.response();
    if (!isReported) onAnswer(found);
    isReported = true;
    return found;
  };
  return {
    response,
    ended: async function* ended(source) {
      yield* source;
      await response();
    },
  };
}
