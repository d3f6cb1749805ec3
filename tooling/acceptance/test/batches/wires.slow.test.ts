import { createBatches } from '@majordomo/batch';
import { type BatchServerOptions, startBatchServer } from '@majordomo/conformance';
import { type ChatRequest, createMajordomo, image, LlmError, user } from '@majordomo/core';
import { createAnthropic } from '@majordomo/provider-anthropic';
import { createGoogle } from '@majordomo/provider-google';
import { createGroq } from '@majordomo/provider-groq';
import { azureOpenAI, createOpenAI, openaiCompatible } from '@majordomo/provider-openai';
import { png } from '@majordomo/test-support';
import { fakeClock } from '@majordomo/testing';
import { describe, expect, test } from 'vitest';
import {
  captureBody,
  createBatch,
  lineFor,
  type Outcome,
  outcomeOf,
  resultsOf,
  runBatch,
} from '../../src/batches/run-batch.ts';
import { KEY, openMajordomo, SUBJECTS, type BatchSubject } from '../../src/batches/subjects.ts';

const ask = (text: string): ChatRequest => ({ messages: [user(text)] });
const HOUR_MS = 3_600_000;

/** Returns a short description of an outcome. */
const describeOutcome = (outcome: Outcome): string =>
  typeof outcome === 'string'
    ? outcome
    : LlmError.is(outcome)
      ? outcome.kind
      : 'text' in outcome
        ? outcome.text
        : `${outcome.vectors.length} vectors`;

async function withServer(
  subject: BatchSubject,
  options: BatchServerOptions,
  run: (
    at: ReturnType<typeof openMajordomo> & { readonly server: Awaited<ReturnType<typeof startBatchServer>> },
  ) => Promise<void>,
): Promise<void> {
  await using server = await startBatchServer(options);
  await run({ ...openMajordomo(subject, server), server });
}

describe.each(SUBJECTS)('$name', (subject) => {
  const { vendor, hasFiles } = subject;

  test('returns the responses in the order of the requests, and deletes all files', async () => {
    await withServer(subject, {}, async ({ majordomo, spec, server }) => {
      const outcomes = await runBatch(majordomo, spec, ['a', 'b', 'c'].map(ask));
      expect(outcomes.map(describeOutcome)).toEqual(['answer to a', 'answer to b', 'answer to c']);
      expect(server.files).toEqual([]);
      expect(server.requests.filter(({ step }) => step === 'upload').length > 0).toBe(hasFiles);
      const steps = new Set(server.requests.map(({ step }) => step));
      expect([...steps].filter((step) => step !== 'upload' && step !== 'delete')).toEqual([
        'create',
        'look',
        'results',
      ]);
    });
  });

  test('writes the body of a live call without `stream`, and the id, to a line', async () => {
    await withServer(subject, {}, async ({ majordomo, spec, server }) => {
      const request: ChatRequest = {
        system: 'Be brief.',
        messages: [user('What is this?', image(png.bytes))],
        tools: [{ name: 'look', description: 'looks', parameters: { type: 'object', properties: {} } }],
        maxTokens: 50,
      };
      await majordomo.model(spec).generate(request);
      const line = await lineFor(majordomo, spec, request, 'token-0-0');
      const live: unknown = server.requests.find(({ step }) => step === 'live')?.body;
      const { stream: _stream, ...expected } = live as Record<string, unknown>;
      expect(line.body).toEqual(expected);
      await createBatch([line], 'token');
      expect(server.batches[0]?.items).toMatchObject([{ id: 'token-0-0', body: expected }]);
      expect(line.text).not.toContain('\n');
    });
  });

  test('reports item failures like a live call, and expired, missing and invalid results', async () => {
    const answer: BatchServerOptions['answer'] = ({ text }) => {
      if (text === 'invalid') return { failure: 'invalid', message: 'no such setting' };
      if (text === 'busy') return { failure: 'rate-limit' };
      if (text === 'lost') return { result: 'missing' };
      if (text === 'broken') return { result: 'not-json' };
      if (text === 'late') return { result: 'expired' };
      return `answer to ${text}`;
    };
    const texts = ['fine', 'invalid', 'busy', 'lost', 'broken', 'late'];
    await withServer(subject, { answer }, async ({ majordomo, spec }) => {
      const outcomes = await runBatch(majordomo, spec, texts.map(ask));
      expect(outcomes.map(describeOutcome)).toEqual([
        'answer to fine',
        'invalid-request',
        'rate-limit',
        'no line',
        'no line',
        // Gemini reports the deadline of one request as an error.
        vendor === 'google' ? 'timeout' : 'expired',
      ]);
      const [, invalid] = outcomes;
      expect(invalid).toMatchObject({
        details: { target: spec, attempts: [{ outcome: 'failed' }] },
        message: expect.stringContaining('no such setting') as string,
      });
    });
  });

  test('returns the completed responses of an expired and of a cancelled batch', async () => {
    const clock = fakeClock();
    const options = { clock, looks: Infinity, completed: 1 };
    await withServer(subject, options, async ({ majordomo, spec }) => {
      const lines = await Promise.all(
        ['a', 'b'].map((text, at) => lineFor(majordomo, spec, ask(text), `t-0-${at}`)),
      );
      const expired = await createBatch(lines, 't');
      const cancelled = await createBatch(lines, 't2');
      const look = await expired.backend.look(expired.ref, expired.context);
      expect(look).toMatchObject({ state: 'running', completed: 0, error: undefined });
      if (vendor !== 'mistral' && vendor !== 'google')
        expect(look.expiresAt).toBe(Math.floor(clock.now() / 1000) * 1000 + 24 * HOUR_MS);
      await cancelled.backend.cancel(cancelled.ref, cancelled.context);
      await clock.advance(25 * HOUR_MS);
      for (const [batch, without] of [
        [expired, 'expired'],
        [cancelled, 'cancelled'],
      ] as const) {
        const { state, without: reason } = await batch.backend.look(batch.ref, batch.context);
        expect(state).toBe('ended');
        const [first, second] = await Promise.all(
          lines.map(async (line) => describeOutcome(await outcomeOf(line, await resultsOf(batch)))),
        );
        expect([first, second === 'no line' ? reason : second]).toEqual(['answer to a', without]);
      }
      // The batch has ended, so the vendor rejects the cancellation.
      await cancelled.backend.cancel(cancelled.ref, cancelled.context);
    });
  });

  test('finds a batch and its upload if the response to the create request was lost', async () => {
    const options: BatchServerOptions = {
      pageSize: 1,
      after: ({ step }) => (step === 'create' ? 'drop' : undefined),
    };
    await withServer(subject, options, async ({ majordomo, spec, server }) => {
      const since = Date.now();
      const lines = [await lineFor(majordomo, spec, ask('a'), 't-0-0')];
      for (const token of ['t', 'other', 'newest'])
        await expect(createBatch(lines, token)).rejects.toMatchObject({ kind: 'network' });
      const [{ target }] = lines as [(typeof lines)[number]];
      const { batch, context } = target;
      const upload = await batch?.findUpload?.('t-0', context);
      expect(upload === undefined).toBe(!hasFiles);
      expect(await batch?.findUpload?.('unknown', context)).toBeUndefined();
      const own = server.batches.at(-1)?.ref;
      const search = { token: 't', input: undefined, requests: 1, since };
      const found = await batch?.find(search, context);
      if (vendor === 'anthropic') {
        expect(found).toEqual(server.batches.map(({ ref }) => ({ ref, isCertain: false })));
        expect(await batch?.find({ ...search, requests: 2 }, context)).toEqual([]);
        expect(await batch?.find({ ...search, since: since + HOUR_MS }, context)).toEqual([]);
      } else {
        expect(found).toEqual([{ ref: own, isCertain: true }]);
        expect(await batch?.find({ ...search, token: 'unknown', input: upload }, context)).toEqual(found);
        expect(await batch?.find({ ...search, token: 'unknown' }, context)).toEqual([]);
      }
      expect(server.requests.filter(({ step }) => step === 'create')).toHaveLength(3);
    });
  });

  test.each([
    ...(hasFiles ? (['upload'] as const) : []),
    'create',
    'look',
    'results',
    'find',
    'cancel',
  ] as const)('sends one request if %s fails, and reports the failure without the key', async (step) => {
    let failing = false;
    const before: BatchServerOptions['before'] = (request) =>
      failing && request.step === step
        ? { status: 503, body: { error: { message: `busy ${KEY}`, type: 'overloaded_error' } } }
        : undefined;
    await withServer(subject, { before, looks: 1000 }, async ({ majordomo, spec, server }) => {
      const lines = [await lineFor(majordomo, spec, ask('a'), 't-0-0')];
      const created = await createBatch(lines, 't');
      const { backend, ref, context } = created;
      if (step === 'results') server.endAll();
      if (step === 'results') await backend.look(ref, context);
      const sent = server.requests.length;
      failing = true;
      const actions = {
        upload: () => createBatch(lines, 't2'),
        create: () => createBatch(lines, 't2'),
        look: () => backend.look(ref, context),
        results: () => resultsOf(created),
        find: () => backend.find({ token: 't', input: undefined, requests: 1, since: 0 }, context),
        cancel: () => backend.cancel(ref, context),
      };
      const error: unknown = await actions[step]().then(
        () => undefined,
        (reason: unknown) => reason,
      );
      if (!LlmError.is(error)) throw new Error(`expected an LlmError, got ${String(error)}`);
      expect(error.kind).toBe('overloaded');
      expect(error.details.target).toBe(spec);
      expect(JSON.stringify([error, error.message, String(error.cause)])).not.toContain(KEY);
      expect(server.requests.slice(sent).filter((request) => request.step === step)).toHaveLength(1);
    });
  });

  test('rejects an interrupted download, and reads it completely afterwards', async () => {
    let cut = true;
    const after: BatchServerOptions['after'] = ({ step }) =>
      cut && step === 'results' ? { cut: 300 } : undefined;
    await withServer(subject, { after }, async ({ majordomo, spec }) => {
      const lines = await Promise.all(
        ['a', 'b', 'c'].map((text, at) => lineFor(majordomo, spec, ask(text), `t-0-${at}`)),
      );
      const created = await createBatch(lines, 't');
      await created.backend.look(created.ref, created.context);
      await expect(resultsOf(created)).rejects.toMatchObject({ kind: 'network' });
      cut = false;
      expect((await resultsOf(created)).map(({ id }) => id)).toEqual(['t-0-2', 't-0-1', 't-0-0']);
    });
  });

  test('returns no lines if the batch ended without results, or the files are deleted', async () => {
    await withServer(subject, { answer: () => ({ result: 'missing' }) }, async ({ majordomo, spec }) => {
      const created = await createBatch([await lineFor(majordomo, spec, ask('a'), 't-0-0')], 't');
      expect(await created.backend.look(created.ref, created.context)).toMatchObject({ state: 'ended' });
      expect(await resultsOf(created)).toEqual([]);
    });
    await withServer(subject, {}, async ({ majordomo, spec, server }) => {
      const created = await createBatch([await lineFor(majordomo, spec, ask('a'), 't-0-0')], 't');
      const { backend, ref, upload, context } = created;
      await backend.look(ref, context);
      for (let at = 0; at < 2; at++) await backend.remove({ ref, upload }, context);
      expect(server.files).toEqual([]);
      expect(await resultsOf(created)).toHaveLength(hasFiles ? 0 : 1);
    });
  });

  test('does not throw if the vendor omits members', async () => {
    const omit = [
      'request_counts',
      'expires_at',
      'created_at',
      'metadata',
      'errors',
      'has_more',
      'batchStats',
      'createTime',
      'completed_requests',
      'results_url',
      'type',
      'object',
      'last_id',
      'request_id',
    ].filter((name) => vendor !== 'google' || name !== 'metadata');
    await withServer(subject, { omit, looks: 1 }, async ({ majordomo, spec }) => {
      const lines = [await lineFor(majordomo, spec, ask('a'), 't-0-0')];
      const created = await createBatch(lines, 't');
      const { backend, ref, upload, context } = created;
      expect(await backend.look(ref, context)).toMatchObject({ state: 'running', completed: 0 });
      expect(await backend.look(ref, context)).toMatchObject({ state: 'ended', expiresAt: undefined });
      const found = await backend.find({ token: 't', input: upload, requests: 1, since: 0 }, context);
      expect(found).toEqual(hasFiles ? [{ ref, isCertain: true }] : []);
      expect(
        describeOutcome(await outcomeOf(lines[0] as (typeof lines)[number], await resultsOf(created))),
      ).toBe('answer to a');
    });
  });

  test('returns lines of other batches and repeated lines', async () => {
    const extraLines = ['{"custom_id":"x-0-0","key":"x-0-0"}', '[]', 'null'];
    const options: BatchServerOptions = { extraLines, answer: () => ({ result: 'twice' }) };
    await withServer(subject, options, async ({ majordomo, spec }) => {
      const created = await createBatch([await lineFor(majordomo, spec, ask('a'), 't-0-0')], 't');
      await created.backend.look(created.ref, created.context);
      const ids = (await resultsOf(created)).map(({ id }) => id);
      expect(ids.filter((id) => id === 't-0-0')).toHaveLength(2);
      expect(ids.filter((id) => id !== 't-0-0')).toEqual(vendor === 'anthropic' ? [] : ['x-0-0']);
    });
  });

  test('reports a batch of which no request was accepted', async () => {
    const reject: BatchServerOptions['reject'] = () => ({
      code: 'invalid_json_line',
      message: 'line 1 is broken',
    });
    await withServer(subject, { reject }, async ({ majordomo, spec }) => {
      const lines = [await lineFor(majordomo, spec, ask('a'), 't-0-0')];
      if (vendor === 'anthropic') {
        await expect(createBatch(lines, 't')).rejects.toMatchObject({ kind: 'invalid-request' });
        return;
      }
      const { backend, ref, context } = await createBatch(lines, 't');
      const { state, error } = await backend.look(ref, context);
      expect([state, error?.kind]).toEqual(['failed', 'server']);
      expect(error?.message).toContain('line 1 is broken');
    });
  });

  test('rejects with auth for a key that the vendor rejects, and with aborted after an abort', async () => {
    await withServer(subject, {}, async ({ majordomo, spec, server }) => {
      const { target } = await lineFor(majordomo, spec, ask('a'), 't-0-0');
      const ref = vendor === 'google' ? 'batches/b1' : 'b1';
      const withoutKey = createMajordomo({
        providers: [subject.open(server)],
        fetch: () =>
          Promise.resolve(
            Response.json({ error: { message: 'bad key', type: 'authentication_error' } }, { status: 401 }),
          ),
      });
      const [other] = await withoutKey.prepare(spec, ask('a'));
      await expect(other?.batch?.look(ref, other.context)).rejects.toMatchObject({ kind: 'auth' });
      const context = { ...target.context, signal: AbortSignal.abort() };
      await expect(target.batch?.look(ref, context)).rejects.toMatchObject({ kind: 'aborted' });
    });
  });

  if (subject.embedding !== undefined) {
    test('embeds by batch', async () => {
      await withServer(subject, {}, async ({ majordomo, embeddingSpec, server }) => {
        const requests = [['one'], ['three', 'seven']].map((values) => ({ embedding: { values } }));
        const outcomes = await runBatch(majordomo, embeddingSpec, requests);
        expect(outcomes).toMatchObject([
          { vectors: [Float32Array.of(3, 1)] },
          { vectors: [Float32Array.of(5, 1), Float32Array.of(5, 1)] },
        ]);
        expect(server.requests.find(({ step }) => step === 'create')?.body).toMatchObject({
          endpoint: '/v1/embeddings',
        });
      });
    });
  } else {
    test('has no embeddings by batch', async () => {
      await withServer(subject, {}, async ({ majordomo, spec }) => {
        const [target] = await majordomo.prepare(spec, { embedding: { values: ['a'] } });
        expect(target?.batch).toBeUndefined();
      });
    });
  }
});

test.each([
  ['OpenAI', (options: object) => createOpenAI(options), 'gpt-4.1'],
  ['Groq', (options: object) => createGroq(options), 'my-model'],
  ['Anthropic', (options: object) => createAnthropic(options), 'claude-haiku-4-5'],
  ['Gemini', (options: object) => createGoogle(options), 'gemini-3.8-flash'],
] as const)('%s: a line needs no credential, client or transport', async (_name, create, model) => {
  const fail = (): never => {
    throw new Error('it was called');
  };
  const client = { post: fail, get: fail, delete: fail, models: {} };
  for (const options of [{ apiKey: fail, fetch: fail }, { client }, {}]) {
    const provider = create(options);
    const majordomo = createMajordomo({ providers: [provider], fetch: fail, env: {} });
    const [target] = await majordomo.prepare(`${provider.id}/${model}`, ask('a'));
    const { body, headers } = await captureBody(target as NonNullable<typeof target>);
    expect(JSON.stringify(body)).toContain('"a"');
    expect(headers.get('authorization')?.replace('Bearer', '').trim() ?? '').toBe('');
  }
});

test('reports a full queue as a rate limit', async () => {
  await using server = await startBatchServer({
    reject: () => ({ code: 'token_limit_exceeded', message: 'Enqueued token limit reached' }),
  });
  const { majordomo, spec } = openMajordomo(SUBJECTS[0] as BatchSubject, server);
  const { backend, ref, context } = await createBatch(
    [await lineFor(majordomo, spec, ask('a'), 't-0-0')],
    't',
  );
  expect(await backend.look(ref, context)).toMatchObject({
    state: 'failed',
    error: { kind: 'rate-limit', details: { code: 'token_limit_exceeded' } },
  });
});

test("a job sends requests with two versions of Anthropic's API as two batches", async () => {
  const subject = SUBJECTS.find(({ vendor }) => vendor === 'anthropic') as BatchSubject;
  await using server = await startBatchServer();
  const { majordomo, spec } = openMajordomo(subject, server);
  const requests = [ask('a'), { ...ask('b'), temperature: 0.5 }, ask('c')];
  for (const request of requests) await majordomo.model(spec).generate(request);
  const live = server.requests.map(({ headers }) => headers['anthropic-version']);
  const batches = createBatches({ majordomo });
  const job = await batches.submit({ key: 'j', spec, items: requests.map((request) => ({ request })) });
  expect(await job.done({ everyMs: 1 })).toMatchObject({ state: 'done', answered: 3, failed: 0 });
  const sent = server.batches.flatMap(({ headers, items }) =>
    items.map(({ text }) => [text, headers['anthropic-version']]),
  );
  expect(server.batches).toHaveLength(2);
  expect(sent.toSorted()).toEqual(['a', 'b', 'c'].map((text, at) => [text, live[at]]));
  expect(new Set(live).size).toBe(2);
});

test('writes a request that is streamed live as a line without `stream`', async () => {
  const subject = SUBJECTS.find(({ vendor }) => vendor === 'anthropic') as BatchSubject;
  await using server = await startBatchServer();
  const { majordomo, spec } = openMajordomo(subject, server);
  const request = { ...ask('a'), maxTokens: 60_000 };
  const [target] = await majordomo.prepare(spec, request);
  expect(target && (await captureBody(target)).body).not.toHaveProperty('stream');
  const [answer] = await runBatch(majordomo, spec, [request]);
  expect(answer && describeOutcome(answer)).toBe('answer to a');
});

test('a DSN selects the batch API of a compatible server', async () => {
  await using server = await startBatchServer();
  const host = new URL(server.url).host;
  const providers = [openaiCompatible({ id: 'base', baseURL: server.baseURL })];
  const majordomo = createMajordomo({
    providers,
    env: {
      LLM_LAB: `openai+http://${KEY}@${host}/v1?batches=openai`,
      LLM_PLAIN: `openai+http://${KEY}@${host}/v1`,
    },
  });
  const [answer] = await runBatch(majordomo, 'lab/m', [ask('a')]);
  expect(answer && describeOutcome(answer)).toBe('answer to a');
  const [plain] = await majordomo.prepare('plain/m', ask('a'));
  expect(plain?.batch).toBeUndefined();
  expect(majordomo.loadEnv({ LLM_BAD: `openai://${KEY}@lab/v1?batches=other` })).toMatchObject([
    { kind: 'config' },
  ]);
});

test("a deployment of Azure's older API and Vertex have no batches", () => {
  const azure = openaiCompatible(azureOpenAI({ resource: 'r', deployment: 'd' }));
  const google = createGoogle();
  expect(azure.batch).toBeUndefined();
  expect(google.batch?.('gemini-3.8-flash', 'chat', {})).toBeDefined();
  expect(google.batch?.('gemini-3.8-flash', 'chat', { GOOGLE_GENAI_USE_VERTEXAI: 'true' })).toBeUndefined();
  expect(google.batch?.('gemini-embedding-001', 'embedding', {})).toBeUndefined();
});
