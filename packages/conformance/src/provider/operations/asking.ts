import assert from 'node:assert/strict';
import { createMajordomo, LlmError, type Provider, type Usage } from '@majordomo/core';
import type { OperationName } from '@majordomo/testing';
import type { Exchange } from '../../server/exchange.ts';
import { type Script, startWireServer, type WireServer } from '../../server/server.ts';
import { KEY } from '../bench.ts';
import type { Harness } from '../harness.ts';

/** A recording that tells its format by its first bytes. */
export const RECORDING: Uint8Array = new TextEncoder().encode('RIFF\u0024\0\0\0WAVEfmt a recording');
/** What is to be said: more than one line, and more than ASCII. */
export const TEXT = 'Hello there,\n“Ägypten”.';

/** What came of a call, whichever operation it was. */
export interface Done {
  readonly vectors: readonly Float32Array[];
  readonly text: string;
  readonly audio: Uint8Array;
  readonly mediaType: string;
  readonly segments: readonly { readonly text: string; readonly startMs: number; readonly endMs: number }[];
  readonly usage: Usage | undefined;
}

/** A harness at work on one operation, against one script. */
export interface OperationBench {
  readonly server: WireServer;
  readonly provider: Provider;
  /** `provider/model`. */
  readonly target: string;
  /** Of whole vectors, where the model has embeddings. */
  readonly size: number;
  readonly ask: (options?: AskOptions) => Promise<Done>;
  /** The sound as it comes. */
  readonly hear: (signal?: AbortSignal) => AsyncIterable<Uint8Array>;
}

interface AskOptions {
  readonly signal?: AbortSignal | undefined;
  readonly values?: readonly string[] | undefined;
  readonly dimensions?: number | undefined;
  readonly timestamps?: 'segment' | undefined;
}

const USUAL_SIZE = 8;

/** Opens a server and a provider for a script, runs, and closes. The script is told how long vectors are. */
export async function onOperation(
  harness: Harness,
  operation: OperationName,
  script: (size: number) => Extract<Script, (...given: never) => unknown>,
  run: (bench: OperationBench) => Promise<void>,
): Promise<void> {
  const model = harness.models?.[operation] ?? assert.fail(`the harness names no ${operation} model`);
  let size = USUAL_SIZE;
  const server = await startWireServer({
    wire: harness.wire,
    script: (exchange, n) => script(size)(exchange, n),
  });
  try {
    const provider = await harness.open({ baseURL: server.baseURL, server, apiKey: KEY });
    if (operation === 'embedding') size = provider.embeddingModel?.(model).dimensions ?? USUAL_SIZE;
    const target = `${provider.id}/${model}`;
    // A new one each time: no call is passed over for what befell another.
    const majordomo = () => createMajordomo({ providers: [provider], chain: { attempts: 1 } });
    await run({
      server,
      provider,
      target,
      size,
      ask: (options) => asked(majordomo(), operation, target, options),
      hear: (signal) => majordomo().speechModel(target).stream({ text: TEXT }, { signal }),
    });
  } finally {
    await server.close();
  }
}

async function asked(
  majordomo: ReturnType<typeof createMajordomo>,
  operation: OperationName,
  spec: string,
  { signal, values = ['one'], dimensions, timestamps }: AskOptions = {},
): Promise<Done> {
  switch (operation) {
    case 'embedding':
      return {
        ...NOTHING,
        ...(await majordomo.embeddingModel(spec).embed({ values, dimensions }, { signal })),
      };
    case 'transcription': {
      const recording = { audio: RECORDING, mediaType: 'audio/wav', timestamps };
      return { ...NOTHING, ...(await majordomo.transcriptionModel(spec).transcribe(recording, { signal })) };
    }
    case 'speech':
      return { ...NOTHING, ...(await majordomo.speechModel(spec).speak({ text: TEXT }, { signal })) };
    default:
      return operation satisfies never;
  }
}

const NOTHING = { vectors: [], text: '', audio: new Uint8Array(), mediaType: '', segments: [] } as const;

/** The error of a call that must fail with one of these kinds. */
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

/** What the request says, which is in order with the rules of the wire. */
export function saidBy({ operation, violations }: Exchange): NonNullable<Exchange['operation']> {
  assert.deepEqual(violations, [], 'the request is against the rules of the wire');
  return operation ?? assert.fail('the request is one of a chat');
}
