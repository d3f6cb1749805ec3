import type {
  CallOptions,
  ChatRequest,
  ChatResponse,
  DeepPartial,
  JsonSchemaRequest,
  ObjectResponse,
  ObjectStream,
  TypedRequest,
} from '@majordomo/core';
import { generateTyped, ObjectRun, PulledStream, type TypedCalls } from '@majordomo/core/toolkit';
import { beginJob, type JobCall } from './begin-job.ts';
import type { BackgroundModel } from '../contract.ts';
import { cancelJob, chatJob } from './job.ts';
import { untilStarted } from '../drive/job-wait.ts';
import { JobEventStream } from './job-stream.ts';
import type { Setup } from '../setup.ts';

/** Returns the chat model of a spec, whose calls are jobs. */
export function backgroundModel(spec: string, setup: Setup): BackgroundModel {
  const stream = (request: ChatRequest, options: CallOptions = {}): JobEventStream =>
    streamJob({ spec, request, options }, setup);
  return {
    spec,
    async start(request, options = {}) {
      const { key, id } = await beginJob({ spec, request, options }, setup);
      await untilStarted(id, setup, options.signal);
      return chatJob(key, id, setup);
    },
    generate: (request, options = {}) => generateJob({ spec, request, options }, setup),
    // A job emits no `continued`, which the overloads of `stream` exclude for some options.
    stream: stream as BackgroundModel['stream'],
    generateObject: <T>(request: TypedRequest<T> | JsonSchemaRequest, options: CallOptions = {}) =>
      generateTyped<T>(typedCalls(spec, options, setup), request, options),
    streamObject: <T>(request: TypedRequest<T>, options: CallOptions = {}): ObjectStream<T> =>
      new PulledStream<DeepPartial<T>, ObjectResponse<T>>(
        (onEnd) => new ObjectRun<T>(typedCalls(spec, options, setup), request, options, onEnd),
        setup.clock,
        // A reader that stops holds no connection, so unread values have no time limit.
        Infinity,
      ),
  };
}

/** Starts a job and returns its answer. An abort cancels the job. */
async function generateJob(call: JobCall, setup: Setup): Promise<ChatResponse> {
  const { signal } = call.options;
  const { key, id } = await beginJob(call, setup);
  try {
    return await chatJob(key, id, setup).result({ signal });
  } catch (error) {
    if (signal?.aborted === true) await cancelJob(id, setup).catch(() => undefined);
    throw error;
  }
}

/** Starts a job at the first read, and returns its events. An abort cancels the job. */
function streamJob(call: JobCall, setup: Setup): JobEventStream {
  const { signal } = call.options;
  let release: (() => void) | undefined;
  const open = async (): Promise<string> => {
    const { id } = await beginJob(call, setup);
    const cancel = (): void => {
      // If the store fails, the job continues until its end.
      cancelJob(id, setup).catch(() => undefined);
    };
    signal?.addEventListener('abort', cancel, { once: true });
    if (signal?.aborted === true) cancel();
    release = () => signal?.removeEventListener('abort', cancel);
    return id;
  };
  return new JobEventStream({ open, setup, onEnd: () => release?.() });
}

/** Returns the calls of the rounds of one typed call. Each round is a job: `<key>`, `<key>/2` and so on. */
function typedCalls(spec: string, { key = crypto.randomUUID() }: CallOptions, setup: Setup): TypedCalls {
  let round = 0;
  type Plan = Parameters<TypedCalls['generate']>[2];
  const nextCall = (request: ChatRequest, options: CallOptions = {}, { pick }: Plan): JobCall => {
    round++;
    // `pick` returns the targets from the one at which the round begins.
    const firstTargets = (targets: readonly string[]): readonly string[] =>
      pick(targets.map((target) => ({ key: target }))).map((target) => target.key);
    return { spec, request, options, roundKey: round === 1 ? key : `${key}/${round}`, firstTargets };
  };
  return {
    generate: (request, options, plan) => generateJob(nextCall(request, options, plan), setup),
    stream: (request, options, plan) => streamJob(nextCall(request, options, plan), setup),
    limits: (options) => ({
      // After any other error, the job of the round moves to the next target itself.
      advancesAfter: (kind) => options?.policy?.[kind]?.advance ?? kind === 'invalid-output',
      totalMs: options?.timeouts?.totalMs ?? 0,
      clock: setup.clock,
    }),
  };
}
