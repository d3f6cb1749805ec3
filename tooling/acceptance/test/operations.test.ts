import { createMajordomo, type Attempt, type CallOptions, type Majordomo } from '@majordomo/core';
import { openaiCompatible } from '@majordomo/provider-openai';
import { testServer, type Answer, type TestServer } from '@majordomo/test-support';
import { afterEach, describe, expect, it } from 'vitest';
import { PROVIDERS } from '../src/matrix/subjects.ts';
import { ROWS, type Row } from '../src/operations/rows.ts';
import { SIDES, type Operation, type Side } from '../src/operations/sides.ts';

const servers: TestServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function serverOf(play: Answer): Promise<TestServer> {
  const server = await testServer(play);
  servers.push(server);
  return server;
}

/** Timeout of the first target, which only the faults without a response have, so that a slow machine fails no other call. */
const SILENCE_MS = 150;

interface OperationResult {
  readonly target: string;
  readonly attempts: readonly Attempt[];
  readonly result: unknown;
}

/** Runs an operation on a chain. */
async function runOperation(
  majordomo: Majordomo,
  operation: Operation,
  spec: string,
  options?: CallOptions,
): Promise<OperationResult> {
  if (operation === 'embedding') {
    const done = await majordomo.embeddingModel(spec).embed({ values: ['one'] }, options);
    return { ...done, result: done.vectors[0]?.length };
  }
  if (operation === 'transcription') {
    const audio = new TextEncoder().encode('RIFF....WAVEfmt ');
    const model = majordomo.transcriptionModel(spec);
    const done = await model.transcribe({ audio, mediaType: 'audio/wav' }, options);
    return { ...done, result: done.text };
  }
  if (operation === 'rerank') {
    const request = { query: 'one', documents: ['first'] };
    const done = await majordomo.rerankModel(spec).rerank(request, options);
    return { ...done, result: done.results[0]?.score };
  }
  if (operation === 'moderation') {
    const done = await majordomo.moderationModel(spec).moderate({ values: ['one'] }, options);
    return { ...done, result: done.results.length };
  }
  if (operation === 'classification') {
    const questions = { refund: { type: 'predicate', instructions: 'Money back?' } } as const;
    const done = await majordomo.classificationModel(spec).classify({ input: 'one', questions }, options);
    return { ...done, result: done.answers.refund.probability };
  }
  const done = await majordomo.speechModel(spec).speak({ text: 'Hello.' }, options);
  return { ...done, result: done.audio.length > 0 };
}

/** Valid responses of the second target, which implements the OpenAI wire. */
const HEALTHY: Readonly<Record<Operation, Answer>> = {
  embedding: (response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ data: [{ index: 0, embedding: [1, 0, 0] }] }));
  },
  transcription: (response) => {
    response.setHeader('content-type', 'application/json').end('{"text":"From the second."}');
  },
  speech: (response) => {
    response.setHeader('content-type', 'audio/mpeg').end('ID3');
  },
  rerank: (response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ results: [{ index: 0, relevance_score: 0.5 }] }));
  },
  moderation: (response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ results: [{ flagged: false, categories: {}, category_scores: {} }] }));
  },
  classification: (response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ answers: [{ type: 'predicate', name: 'refund', probability: 0.9 }] }));
  },
};

it('tests every operation in the conformance suites of the providers', () => {
  const inSuites = PROVIDERS.flatMap(({ name, variants }) =>
    variants.flatMap(([, { models = {} }]) =>
      Object.keys(models).map((operation) => `${operation} of ${name}`),
    ),
  );
  const tested = SIDES.map(({ column, operation }) => `${operation} of ${column}`);
  expect([...new Set(inSuites)].sort()).toEqual([...tested].sort());
});

describe.each(SIDES.map((side) => [`${side.operation} of ${side.column}`, side] as const))(
  '%s',
  (_, side) => {
    const { operation, model, sound } = side;

    it('answers through its SDK', async () => {
      const server = await serverOf((response) => {
        response.writeHead(200, { 'content-type': sound.type }).end(sound.body);
      });
      const majordomo = createMajordomo({ providers: [side.provider('head', server.origin, undefined)] });
      const { target, result } = await runOperation(majordomo, operation, `head/${model}`);
      expect([target, Boolean(result), server.requests.length]).toEqual([`head/${model}`, true, 1]);
    });

    it.each(ROWS.map((row) => [row.name, row] as const))(
      'advances after %s and reports its kind',
      async (_name, row) => {
        const { attempts, target } = await afterFault(side, row);
        expect(target).toBe('tail/spare');
        expect(attempts.map(({ outcome }) => outcome)).toEqual(['failed', 'finished']);
        expect(row.kinds).toContain(attempts[0]?.error?.kind);
      },
    );

    it('rejects with aborted after an abort, and closes its socket', async () => {
      const aborter = new AbortController();
      let close = (): void => undefined;
      const closed = new Promise<void>((resolve) => {
        close = resolve;
      });
      const server = await serverOf((response) => {
        response.on('close', close);
        aborter.abort();
      });
      const majordomo = createMajordomo({ providers: [side.provider('head', server.origin, undefined)] });
      const call = runOperation(majordomo, operation, `head/${model}`, { signal: aborter.signal });
      await expect(call).rejects.toMatchObject({ kind: 'aborted' });
      await closed;
    });
  },
);

async function afterFault({ provider, operation, model, sound }: Side, row: Row): Promise<OperationResult> {
  const head = await serverOf((response) => {
    row.play(response, sound);
  });
  const tail = await serverOf(HEALTHY[operation]);
  const majordomo = createMajordomo({
    providers: [
      provider('head', head.origin, row.kinds.includes('timeout') ? { completeMs: SILENCE_MS } : undefined),
      openaiCompatible(
        {
          id: 'tail',
          baseURL: tail.origin,
          rerank: {},
          moderation: {},
          classification: [{ pattern: /spare/, quirks: {} }],
        },
        { spaces: { spare: spaceOf(model) } },
      ),
    ],
    chain: { attempts: 1 },
  });
  return runOperation(majordomo, operation, `head/${model},tail/spare`);
}

/** Returns the name of the embedding space of a model. */
const spaceOf = (model: string): string => model.replace(/^amazon\.|:0$/g, '');
