import assert from 'node:assert/strict';
import {
  type ClassificationResponse,
  createMajordomo,
  LlmError,
  type ModerationResult,
  type RerankResult,
  type Usage,
} from '@majordomo/core';
import type { OperationName } from '@majordomo/testing';
import type { Exchange } from '../../server/exchange.ts';
import type { Script, WireServer } from '../../server/server.ts';
import { withBench } from '../bench.ts';
import type { Harness } from '../harness.ts';
import { QUESTIONS } from './answers.ts';

/** Recording whose first bytes identify the audio format. */
export const RECORDING: Uint8Array = new TextEncoder().encode('RIFF\u0024\0\0\0WAVEfmt a recording');
/** Text to speak or to classify, and query of rerank requests. It has two lines and characters outside ASCII. */
export const TEXT = 'Hello there,\n“Ägypten”.';

/** Result of a call, with the fields of all operations. */
export interface OperationResult {
  readonly vectors: readonly Float32Array[];
  readonly text: string;
  readonly audio: Uint8Array;
  readonly mediaType: string;
  readonly segments: readonly { readonly text: string; readonly startMs: number; readonly endMs: number }[];
  readonly results: readonly (RerankResult | ModerationResult)[];
  readonly answers: ClassificationResponse<typeof QUESTIONS>['answers'] | undefined;
  readonly usage: Usage | undefined;
}

/** Provider and server for one case of an operation. */
export interface OperationBench {
  readonly server: WireServer;
  /** Default number of dimensions of the embedding model. */
  readonly size: number;
  readonly call: (options?: CallOptions) => Promise<OperationResult>;
  /** Returns the audio of a speech call as a stream. */
  readonly streamSpeech: () => AsyncIterable<Uint8Array>;
}

interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  readonly values?: readonly string[] | undefined;
  readonly dimensions?: number | undefined;
  readonly timestamps?: 'segment' | undefined;
  readonly topN?: number | undefined;
}

const DEFAULT_SIZE = 8;

/** Starts a server and a provider, runs the case and closes the server. `script` receives the default number of dimensions. */
export async function onOperation(
  harness: Harness,
  operation: OperationName,
  script: (size: number) => Extract<Script, (...given: never) => unknown>,
  run: (bench: OperationBench) => Promise<void>,
): Promise<void> {
  const model = harness.models?.[operation] ?? assert.fail(`models.${operation} is missing in the harness`);
  let size = DEFAULT_SIZE;
  const sized: Script = (exchange, n) => script(size)(exchange, n);
  await withBench(harness, sized, async ({ server, provider }) => {
    if (operation === 'embedding') size = provider.embeddingModel?.(model).dimensions ?? DEFAULT_SIZE;
    const target = `${provider.id}/${model}`;
    // Each call uses another `Majordomo`, so that a failed call does not bench the target for the next one.
    const majordomo = () => createMajordomo({ providers: [provider], chain: { attempts: 1 } });
    await run({
      server,
      size,
      call: async (options) => ({
        ...EMPTY_RESULT,
        ...(await runOperation(majordomo(), operation, target, options)),
      }),
      streamSpeech: () => majordomo().speechModel(target).stream({ text: TEXT }),
    });
  });
}

async function runOperation(
  majordomo: ReturnType<typeof createMajordomo>,
  operation: OperationName,
  spec: string,
  { signal, values = ['one'], dimensions, timestamps, topN }: CallOptions = {},
): Promise<Partial<OperationResult>> {
  switch (operation) {
    case 'embedding':
      return majordomo.embeddingModel(spec).embed({ values, dimensions }, { signal });
    case 'transcription': {
      const recording = { audio: RECORDING, mediaType: 'audio/wav', timestamps };
      return majordomo.transcriptionModel(spec).transcribe(recording, { signal });
    }
    case 'speech':
      return majordomo.speechModel(spec).speak({ text: TEXT }, { signal });
    case 'rerank':
      return majordomo.rerankModel(spec).rerank({ query: TEXT, documents: values, topN }, { signal });
    case 'moderation':
      return majordomo.moderationModel(spec).moderate({ values }, { signal });
    case 'classification':
      return majordomo.classificationModel(spec).classify({ input: TEXT, questions: QUESTIONS }, { signal });
    default:
      return operation satisfies never;
  }
}

const EMPTY_RESULT: OperationResult = {
  vectors: [],
  text: '',
  audio: new Uint8Array(),
  mediaType: '',
  segments: [],
  results: [],
  answers: undefined,
  usage: undefined,
};

/** Returns the error of a call that must fail with one of these kinds. */
export async function failedWith(
  call: Promise<unknown>,
  what: string,
  ...kinds: readonly string[]
): Promise<LlmError> {
  const error = await call.then(
    () => assert.fail(`${what}: the call succeeded, expected ${kinds.join(' or ')}`),
    (thrown: unknown) => thrown,
  );
  if (!LlmError.is(error)) throw error;
  assert.ok(
    kinds.includes(error.kind),
    `${what}: kind "${error.kind}", expected ${kinds.join(' or ')}: ${error.message}`,
  );
  return error;
}

/** Returns the contents of a request. Asserts that the request satisfies the rules of the wire. */
export function operationRequest({ operation, violations }: Exchange): NonNullable<Exchange['operation']> {
  assert.deepEqual(violations, [], 'the request violates a rule of the wire');
  return operation ?? assert.fail('the request is a chat request');
}
