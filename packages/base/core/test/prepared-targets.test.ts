import { describe, expect, test } from 'vitest';
import {
  type AttemptInfo,
  type BackgroundBackend,
  type BatchBackend,
  type CallEvent,
  createMajordomo,
  type DataHandling,
  type Gate,
  LlmError,
  type Majordomo,
  type MajordomoOptions,
  type ModelContext,
  type ModelEvent,
  type PreparedTarget,
  type Provider,
  user,
} from '../src/index.ts';
import { chatProvider } from './support/chat-provider.ts';
import { manualClock } from './support/manual-clock.ts';
import { ResponseWriter } from './support/response-writer.ts';
import { usageOf } from './support/usage.ts';

const hi = { messages: [user('hi')] };
const embedding = { values: ['a', 'b'] };

/** Batch API that is never called. */
const BACKEND = { limits: { requests: 1, bytes: 1, expiresMs: 1 } } as unknown as BatchBackend;

/** Provider that sends the text of the request over the exchange, and returns the text of the response. */
function provider(
  id: string,
  { hasBatches = true, tools = true, maxValues = 10, contexts = [] as ModelContext[] } = {},
): Provider {
  const send = async (context: ModelContext, body: string): Promise<string> => {
    contexts.push(context);
    const fetch = context.exchange ?? context.fetch ?? globalThis.fetch;
    const response = await fetch('http://unreachable.invalid', {
      method: 'POST',
      body,
      signal: context.signal,
    });
    if (!response.ok)
      throw new LlmError('rate-limit', `${context.target} is busy`, { status: response.status });
    return response.text();
  };
  return {
    spi: 1,
    id,
    vendor: 'acme',
    ...(hasBatches && { batch: () => BACKEND }),
    model: (modelId) => ({
      id: modelId,
      families: [id],
      capabilities: { tools },
      async *stream(request, context) {
        const writer = new ResponseWriter(context.target);
        writer.start();
        const text = await send(context, JSON.stringify(request.messages));
        if (text === 'cut') return;
        writer.text(text);
        writer.finish('stop', undefined);
        yield writer.take();
      },
    }),
    embeddingModel: (modelId) => ({
      id: modelId,
      space: 'words',
      maxValues,
      embed: async ({ values }, context) => ({
        target: context.target,
        vectors: (JSON.parse(await send(context, values.join())) as number[][]).map((vector) =>
          Float32Array.from(vector),
        ),
        usage: undefined,
        warnings: [],
      }),
    }),
  };
}

const make = (options: Partial<MajordomoOptions> = {}): Majordomo =>
  createMajordomo({ providers: [provider('a'), provider('b')], ...options });

const answer =
  (body: string, status = 200): typeof fetch =>
  () =>
    Promise.resolve(new Response(body, { status }));

async function first(
  majordomo: Majordomo,
  request: Parameters<Majordomo['prepare']>[1] = hi,
): Promise<PreparedTarget> {
  const [target] = await majordomo.prepare('a/m,b/m', request);
  if (target === undefined) throw new Error('no target');
  return target;
}

describe('prepare', () => {
  test('returns each target of a chain with the attempt that gates receive', async () => {
    const majordomo = make({ aliases: { both: 'a/m,b/m' } });
    const targets = await majordomo.prepare('both', hi, { tenant: 't', metadata: { job: 1 } });
    expect(targets.map(({ attempt }) => [attempt.target, attempt.name, attempt.isLastTarget])).toEqual([
      ['a/m', 'both', false],
      ['b/m', 'both', true],
    ]);
    expect(targets[0]).toMatchObject({
      batch: BACKEND,
      refusal: undefined,
      context: { target: 'a/m' },
      attempt: {
        call: { tenant: 't', metadata: { job: 1 } },
        attempt: 0,
        operation: 'chat',
        vendor: 'acme',
        model: 'm',
        delivery: 'complete',
        request: { messages: [{ role: 'user' }] },
      },
    });
  });

  test('returns the refusal of a target that cannot take the request', async () => {
    const majordomo = make({ providers: [provider('a', { tools: false }), provider('b')] });
    const tool = { name: 'look', description: 'looks', parameters: { type: 'object' } } as const;
    const targets = await majordomo.prepare('a/m,b/m', { ...hi, tools: [tool] });
    expect(targets.map(({ refusal }) => refusal?.kind)).toEqual(['unsupported', undefined]);
    await expect(targets[0]?.ask(answer('hello'))).rejects.toBe(targets[0]?.refusal);
  });

  test('calls only gates that also check batches, and returns their denial as the refusal', async () => {
    const calls: string[] = [];
    const settled: string[] = [];
    const gates = [
      { name: 'budget', admit: () => ({ deny: 'never called' }) },
      {
        name: 'residency',
        batches: true,
        admit: ({ target }: { readonly target: string }) => {
          calls.push(target);
          return target === 'a/m' ? { deny: 'wrong region' } : { settle: () => void settled.push(target) };
        },
      },
    ];
    const targets = await make({ gates }).prepare('a/m,b/m', hi);
    expect(targets.map(({ refusal }) => refusal?.message)).toEqual([
      'gate "residency" denied a/m: wrong region',
      undefined,
    ]);
    expect(calls).toEqual(['a/m', 'b/m']);
    expect(settled).toEqual(['b/m']);
  });

  test('rejects an unknown name, an invalid request and an aborted signal', async () => {
    const majordomo = make();
    await expect(majordomo.prepare('nobody', hi)).rejects.toMatchObject({ kind: 'config' });
    await expect(majordomo.prepare('a/m', { messages: [] })).rejects.toMatchObject({
      kind: 'invalid-request',
    });
    await expect(majordomo.prepare('a/m', { embedding: { values: [] } })).rejects.toMatchObject({
      kind: 'invalid-request',
    });
    await expect(majordomo.prepare('a/m', hi, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      kind: 'aborted',
    });
  });

  test('decides by the overrides of the chain and of the name', async () => {
    const majordomo = make({
      chain: { policy: { auth: { advance: true } } },
      aliases: { own: { spec: 'a/m', with: { policy: { server: { advance: false } } } } },
    });
    const [target] = await majordomo.prepare('own', hi);
    const advances = (kind: 'auth' | 'server' | 'timeout'): boolean | undefined =>
      target?.decide(new LlmError(kind, 'x')).advance;
    expect([advances('auth'), advances('server'), advances('timeout')]).toEqual([true, false, true]);
  });
});

describe('precheck', () => {
  const denying = (...targets: readonly string[]): Gate & { readonly calls: AttemptInfo[] } => {
    const calls: AttemptInfo[] = [];
    return {
      name: 'budget',
      calls,
      admit: () => {
        throw new Error('a permit was requested');
      },
      precheck: (attempt) => {
        calls.push(attempt);
        return targets.includes(attempt.target)
          ? { deny: 'spent', code: 'budget-spent', retryAfterMs: 5 }
          : undefined;
      },
    };
  };

  test('rejects with the first denial if gates deny every target', async () => {
    const gate = denying('a/m', 'b/m');
    const options = { tenant: 't', metadata: { key: 'k' } };
    const checked = make({ gates: [gate] }).precheck('a/m,b/m', hi, options);
    await expect(checked).rejects.toMatchObject({
      kind: 'denied',
      message: 'gate "budget" denied a/m: spent',
      details: { target: 'a/m', code: 'budget-spent', retryAfterMs: 5 },
    });
    expect(gate.calls.map(({ target, attempt }) => [target, attempt])).toEqual([
      ['a/m', 0],
      ['b/m', 0],
    ]);
    expect(gate.calls[0]).toMatchObject({
      call: options,
      vendor: 'acme',
      request: { messages: [{ role: 'user' }] },
    });
  });

  test.each([
    ['one target is not denied', [denying('a/m')]],
    ['no gate has a precheck', [{ name: 'closed', admit: () => ({ deny: 'closed' }) }]],
    ['there are no gates', []],
  ])('resolves if %s', async (_, gates) => {
    await expect(make({ gates }).precheck('a/m,b/m', hi)).resolves.toBeUndefined();
  });

  test('denies a target whose gate fails or does not answer in time', async () => {
    const failing = { ...denying(), precheck: () => Promise.reject(new Error('no store')) };
    await expect(make({ gates: [failing] }).precheck('a/m', hi)).rejects.toThrow('it failed: no store');
    const clock = manualClock();
    const hanging = { ...denying(), timeoutMs: 5, precheck: () => new Promise<undefined>(() => undefined) };
    const checked = make({ gates: [hanging], clock }).precheck('a/m', hi);
    await Promise.all([expect(checked).rejects.toThrow('no answer within 5 ms'), clock.advance(5)]);
  });

  test('rejects an invalid spec, an invalid request and an aborted signal', async () => {
    const majordomo = make({ gates: [denying()] });
    await expect(majordomo.precheck('nobody', hi)).rejects.toMatchObject({ kind: 'config' });
    await expect(majordomo.precheck('a/m', { messages: [] })).rejects.toMatchObject({
      kind: 'invalid-request',
    });
    const aborted = majordomo.precheck('a/m', hi, { signal: AbortSignal.abort() });
    await expect(aborted).rejects.toMatchObject({ kind: 'aborted' });
  });
});

describe('ask', () => {
  test('runs one non-streaming attempt over the exchange, without events, health or the network', async () => {
    const contexts: ModelContext[] = [];
    const events: CallEvent[] = [];
    const bodies: unknown[] = [];
    const majordomo = make({
      providers: [provider('a', { contexts }), provider('b')],
      fetch: () => Promise.reject(new Error('the network was used')),
      onEvent: (event) => events.push(event),
    });
    const target = await first(majordomo);
    const response = await target.ask((_url, init) => {
      bodies.push(JSON.parse(String(init?.body)));
      return Promise.resolve(new Response('hello'));
    });
    expect(response).toMatchObject({
      text: 'hello',
      target: 'a/m',
      spec: 'a/m,b/m',
      attempts: [{ target: 'a/m', model: 'm', vendor: 'acme', outcome: 'finished' }],
    });
    expect(bodies).toEqual([[{ role: 'user', parts: [{ type: 'text', text: 'hi' }] }]]);
    expect(contexts[0]?.delivery).toBe('complete');
    expect([events, majordomo.health.snapshot()]).toEqual([[], {}]);
  });

  test('rejects with the error of a live call, and with its attempt', async () => {
    const target = await first(
      make({ chain: { classify: ({ kind }) => (kind === 'rate-limit' ? 'quota' : undefined) } }),
    );
    await expect(target.ask(answer('busy', 429))).rejects.toMatchObject({
      kind: 'quota',
      details: { target: 'a/m', status: 429, attempts: [{ outcome: 'failed', error: { kind: 'quota' } }] },
    });
    await expect(target.ask(answer('cut'))).rejects.toMatchObject({ kind: 'truncated' });
    await expect(target.ask(answer(''))).rejects.toMatchObject({ kind: 'empty' });
  });

  test('records the model that answered, and the usage that was reported before a failure', async () => {
    const usage = usageOf({ input: 3 });
    const chat = chatProvider('a', async function* (_request, context): AsyncGenerator<ModelEvent> {
      context.reportUsage?.(usage);
      const text = await (await context.exchange?.('http://unreachable.invalid'))?.text();
      yield { type: 'start', target: 'a/m', id: undefined, model: 'm-1' };
      yield { type: 'text-delta', index: 0, text: 'half' };
      if (text === 'cut') throw new LlmError('network', 'cut');
      yield { type: 'part-end', index: 0, part: { type: 'text', text: 'half' } };
      yield { type: 'finish', target: 'a/m', reason: 'stop', raw: undefined, usage: undefined };
    });
    const target = await first(
      make({ providers: [{ ...chat, batch: () => BACKEND }, provider('b')], chain: { attempts: 1 } }),
    );
    const { attempts } = await target.ask(answer('hello'));
    expect(attempts).toMatchObject([{ outcome: 'finished', responseModel: 'm-1' }]);
    await expect(target.ask(answer('cut'))).rejects.toMatchObject({
      details: { partial: { text: 'half', usage }, attempts: [{ responseModel: 'm-1', usage }] },
    });
  });

  test('rejects a provider without batches before anything is sent', async () => {
    const target = await first(make({ providers: [provider('a', { hasBatches: false }), provider('b')] }));
    expect(target.batch).toBeUndefined();
    await expect(target.ask(() => Promise.reject(new Error('sent')))).rejects.toMatchObject({
      kind: 'unsupported',
      message: 'a/m has no batch API',
    });
  });

  test('embeds the values in one request, repeatedly', async () => {
    const target = await first(make(), { embedding });
    expect(target.attempt).toMatchObject({ operation: 'embedding', payload: embedding });
    for (let at = 0; at < 2; at++)
      expect(await target.ask(answer('[[1,0],[0,1]]'))).toMatchObject({
        vectors: [Float32Array.of(1, 0), Float32Array.of(0, 1)],
        attempts: [{ outcome: 'finished' }],
      });
  });

  test('refuses values that a live call would send in several requests', async () => {
    const target = await first(make({ providers: [provider('a', { maxValues: 1 }), provider('b')] }), {
      embedding,
    });
    expect(target.refusal?.message).toBe(
      'a/m accepts at most 1 of these values in one request; send fewer values',
    );
  });
});

describe('prepare for the background', () => {
  const job = { expiresMs: 1, retentionDays: 30 } as unknown as BackgroundBackend;
  const withJobs = (data?: DataHandling): Provider => ({
    ...provider('a', { hasBatches: false }),
    data,
    background: () => job,
  });
  const prepareJob = async (options: Partial<MajordomoOptions> = {}): Promise<PreparedTarget> => {
    const majordomo = make({ providers: [withJobs(), provider('b')], ...options });
    const [target] = await majordomo.prepare('a/m,b/m', hi, { work: 'background' });
    if (target === undefined) throw new Error('no target');
    return target;
  };

  test('returns the job API only for background chats', async () => {
    expect((await prepareJob()).background).toBe(job);
    const majordomo = make({ providers: [withJobs()] });
    expect((await majordomo.prepare('a/m', hi))[0]?.background).toBeUndefined();
  });

  test.each([
    [undefined, 30],
    [{ region: 'eu', retentionDays: 0 }, 30],
    [{ retentionDays: 90 }, 90],
  ])('raises the retention of %j to %i days for gates that also check batches', async (data, days) => {
    const seen: unknown[] = [];
    const admit = ({ data: handling }: AttemptInfo): undefined => void seen.push(handling);
    const gates = [{ name: 'residency', batches: true, admit }];
    await make({ providers: [withJobs(data)], gates }).prepare('a/m', hi, { work: 'background' });
    expect(seen.at(-1)).toEqual({ ...data, retentionDays: days });
  });

  test('captures the request of a live call, and sends nothing', async () => {
    const { body, headers } = await (await prepareJob()).capture();
    expect(JSON.parse(body)).toMatchObject([{ role: 'user' }]);
    expect(headers).toBeInstanceOf(Headers);
    const [, other] = await make({ providers: [withJobs(), provider('b', { hasBatches: false })] }).prepare(
      'a/m,b/m',
      hi,
      { work: 'background' },
    );
    await expect(other?.capture()).rejects.toMatchObject({ kind: 'unsupported' });
  });

  test('reads a response as a stream, as often as it is called', async () => {
    const target = await prepareJob();
    for (const text of ['one', 'two']) {
      const stream = target.read(new Response(text));
      const types: string[] = [];
      for await (const { type } of stream) types.push(type);
      expect([types[0], types.at(-1)]).toEqual(['start', 'finish']);
      expect(await stream.response()).toMatchObject({ text, attempts: [{ outcome: 'finished' }] });
    }
  });

  test('rejects the reading of a failed response with the error of a live call', async () => {
    const target = await prepareJob();
    const error = { kind: 'rate-limit', details: { attempts: [{ outcome: 'failed', target: 'a/m' }] } };
    await expect(target.read(new Response('busy', { status: 429 })).response()).rejects.toMatchObject(error);
    await expect(target.read(new Response('cut')).response()).rejects.toMatchObject({ kind: 'truncated' });
  });

  test('applies the policy and the order of the options', async () => {
    const majordomo = make({ providers: [withJobs(), provider('b')] });
    const targets = await majordomo.prepare('a/m,b/m', hi, {
      work: 'background',
      order: () => ['b/m'],
      policy: { auth: { advance: true } },
    });
    expect(targets.map(({ attempt }) => attempt.target)).toEqual(['b/m', 'a/m']);
    expect(targets[0]?.decide(new LlmError('auth', 'no')).advance).toBe(true);
  });
});
