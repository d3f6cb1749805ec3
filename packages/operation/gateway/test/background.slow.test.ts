import { createBackground, type Background } from '@majordomo/background';
import { createMajordomo, LlmError } from '@majordomo/core';
import { createOpenAI } from '@majordomo/provider-openai';
import { memoryRecords } from '@majordomo/records';
import { readAll } from '@majordomo/test-support';
import type OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import { post } from './support/clients.ts';
import { backgroundWorld, type BackgroundWorld } from './support/background-gateway.ts';
import type { GatewayOptions } from '../src/index.ts';

type Event = OpenAI.Responses.ResponseStreamEvent;
type Body = OpenAI.Responses.ResponseCreateParamsNonStreaming;

const TEXT = 'A long answer with an emoji 😀 and somemorewordswithoutanyspaceinbetween, and an end.';
/** Number of the event of a failure. */
const FAILED = 1_000_000_000;
const OTHER_KEY = 'key-of-team-b';
const IN_BACKGROUND = { model: 'gpt', input: 'hi', background: true } as const;

/** Returns a response when it has ended. */
async function ended({ responses }: OpenAI, id: string): Promise<OpenAI.Responses.Response> {
  let response = await responses.retrieve(id);
  await expect
    .poll(
      async () => {
        response = await responses.retrieve(id);
        return response.status;
      },
      { timeout: 10_000 },
    )
    .not.toMatch(/queued|in_progress/);
  return response;
}

/** Runs with a gateway that is then closed. */
async function during<T>(world: BackgroundWorld, run: (client: OpenAI) => Promise<T>): Promise<T> {
  await using gateway = await world.start();
  return await run(gateway.client());
}

const replay = async ({ responses }: OpenAI, id: string, after?: number): Promise<readonly Event[]> =>
  readAll(
    await responses.retrieve(id, { stream: true, ...(after !== undefined && { starting_after: after }) }),
  );

const numbersOf = (events: readonly Event[]): readonly number[] =>
  events.map((event) => event.sequence_number);

const textOf = (events: readonly Event[]): string =>
  events.map((event) => (event.type === 'response.output_text.delta' ? event.delta : '')).join('');

const range = (count: number): readonly number[] => Array.from({ length: count }, (_, at) => at);

describe('a background response', () => {
  it.each(['gpt', 'claude', 'gemini'])(
    'of %s is created, and retrieved until it has ended',
    async (model) => {
      await using world = await backgroundWorld({ server: { plan: () => TEXT }, live: [TEXT] });
      await using gateway = await world.start();
      const client = gateway.client();
      const created = await client.responses.create({ ...IN_BACKGROUND, model });
      expect(created).toMatchObject({ background: true, status: 'queued', output: [], model });
      const response = await ended(client, created.id);
      expect(response).toMatchObject({ status: 'completed', background: true, output_text: TEXT });
      expect(response.usage?.total_tokens).toBeGreaterThan(0);
      expect(await client.responses.retrieve(created.id)).toEqual(response);
    },
  );

  it('is in progress until its target has answered, and is never a stale snapshot', async () => {
    await using world = await backgroundWorld({ server: { plan: () => ({ answer: TEXT, holdAt: 5 }) } });
    await using gateway = await world.start();
    const client = gateway.client();
    const { id } = await client.responses.create(IN_BACKGROUND);
    expect(await client.responses.retrieve(id)).toMatchObject({ status: 'in_progress', output: [] });
    world.server.jobs[0]?.release();
    expect((await ended(client, id)).output_text).toBe(TEXT);
  });

  it('has equal events with consecutive numbers in each reading, also after a restart', async () => {
    await using world = await backgroundWorld({ server: { plan: () => ({ answer: TEXT, holdAt: 9 }) } });
    const { first, id } = await during(world, async (client) => {
      const stream = await client.responses.create({ ...IN_BACKGROUND, stream: true });
      const events = stream[Symbol.asyncIterator]();
      const created = (await events.next()).value as Extract<Event, { readonly type: 'response.created' }>;
      const second = replay(client, created.response.id);
      world.server.jobs[0]?.release();
      const read = [created, ...(await readAll({ [Symbol.asyncIterator]: () => events }))];
      expect(await second).toEqual(read);
      expect(await replay(client, created.response.id)).toEqual(read);
      return { first: read, id: created.response.id };
    });
    expect(numbersOf(first)).toEqual(range(first.length));
    expect(first.slice(0, 2).map(({ type }) => type)).toEqual(['response.created', 'response.in_progress']);
    expect(first.at(-1)).toMatchObject({ type: 'response.completed', response: { id, status: 'completed' } });
    expect(textOf(first)).toBe(TEXT);
    await using gateway = await world.start();
    const client = gateway.client();
    expect(await replay(client, id)).toEqual(first);
    for (const after of first.keys()) expect(await replay(client, id, after)).toEqual(first.slice(after + 1));
  });

  it('is resumed by the helper of the client', async () => {
    await using world = await backgroundWorld({ server: { plan: () => TEXT } });
    await using gateway = await world.start();
    const client = gateway.client();
    const created = client.responses.stream({ ...IN_BACKGROUND, stream: true });
    const events = await readAll(created);
    const { id } = await created.finalResponse();
    for (const after of [0, 5, events.length - 2]) {
      const resumed = client.responses.stream({ response_id: id, starting_after: after });
      expect(numbersOf(await readAll(resumed))).toEqual(range(events.length).slice(after + 1));
      expect((await resumed.finalResponse()).output_text).toBe(TEXT);
    }
  });

  it('is cancelled, also repeatedly, and at the vendor', async () => {
    await using world = await backgroundWorld({ server: { plan: () => ({ answer: TEXT, holdAt: 9 }) } });
    await using gateway = await world.start();
    const client = gateway.client();
    const { id } = await client.responses.create(IN_BACKGROUND);
    const reading = replay(client, id);
    await expect.poll(() => world.server.requests.some(({ step }) => step === 'stream')).toBe(true);
    const cancelled = await client.responses.cancel(id);
    expect(cancelled).toMatchObject({ id, status: 'cancelled', output: [] });
    expect(await client.responses.cancel(id)).toEqual(cancelled);
    expect(await client.responses.retrieve(id)).toMatchObject(cancelled);
    expect(world.server.jobs[0]?.status).toBe('cancelled');
    const events = await reading;
    expect(numbersOf(events)).toEqual([...range(events.length - 1), FAILED]);
    expect(events.at(-1)).toMatchObject({ type: 'response.failed', response: { status: 'cancelled' } });
    for (const after of [undefined, 0, events.length - 2])
      expect(await replay(client, id, after)).toEqual(events.slice((after ?? -1) + 1));
    expect(await replay(client, id, 50)).toEqual(events.slice(-1));
  });

  it('is not changed by a cancellation after its end', async () => {
    await using world = await backgroundWorld();
    await using gateway = await world.start();
    const client = gateway.client();
    const { id } = await client.responses.create(IN_BACKGROUND);
    const response = await ended(client, id);
    expect((await client.responses.cancel(id)).status).toBe(response.status);
    expect(await client.responses.retrieve(id)).toEqual(response);
  });

  it('continues after its client has disconnected', async () => {
    await using world = await backgroundWorld({ server: { plan: () => ({ answer: TEXT, holdAt: 9 }) } });
    await using gateway = await world.start();
    const client = gateway.client();
    const stream = await client.responses.create({ ...IN_BACKGROUND, stream: true });
    let id = '';
    for await (const event of stream) {
      if (event.type === 'response.created') ({ id } = event.response);
      if (event.type === 'response.output_text.delta') break;
    }
    world.server.jobs[0]?.release();
    expect((await ended(client, id)).output_text).toBe(TEXT);
    expect(world.server.requests.filter(({ step }) => step === 'start')).toHaveLength(1);
  });

  it('that a further target begins again ends the stream of the earlier one', async () => {
    const fails = { code: 'server_error', message: 'sorry' };
    await using world = await backgroundWorld({
      server: { plan: () => ({ answer: TEXT, holdAt: 9, fails }) },
      other: { plan: () => 'another answer' },
    });
    await using gateway = await world.start();
    const client = gateway.client();
    const stream = await client.responses.create({ ...IN_BACKGROUND, model: 'chain', stream: true });
    let id = '';
    const read = async (): Promise<void> => {
      for await (const event of stream) {
        if (event.type === 'response.created') ({ id } = event.response);
        if (event.type === 'response.output_text.delta') world.server.jobs[0]?.release();
      }
    };
    await expect(read()).rejects.toMatchObject({ code: 'response_restarted' });
    expect((await ended(client, id)).output_text).toBe('another answer');
    const events = await replay(client, id);
    expect(numbersOf(events)).toEqual([
      0,
      1,
      ...range(events.length - 2).map((number) => number + 1_000_002),
    ]);
    expect(textOf(events)).toBe('another answer');
    expect(await replay(client, id, 1_000_003)).toEqual(events.slice(4));
    await expect(replay(client, id, 5)).rejects.toMatchObject({ code: 'response_restarted' });
  });

  it('fails after all targets have failed', async () => {
    const fails = { code: 'server_error', message: 'sorry' };
    await using world = await backgroundWorld({ server: { plan: () => ({ answer: TEXT, fails }) } });
    await using gateway = await world.start();
    const client = gateway.client();
    const { id } = await client.responses.create(IN_BACKGROUND);
    const response = await ended(client, id);
    expect(response).toMatchObject({
      status: 'failed',
      error: { code: 'server_error', message: 'the vendor failed' },
    });
    const [last] = (await replay(client, id)).slice(-1);
    expect(last).toMatchObject({ type: 'response.failed', response: { id, status: 'failed' } });
  });

  it('has equal events with equal numbers in each reading after it has failed, also after a restart', async () => {
    const fails = { code: 'server_error', message: 'sorry' };
    await using world = await backgroundWorld({
      server: { plan: () => ({ answer: TEXT, holdAt: 9, fails }) },
    });
    const { first, id } = await during(world, async (client) => {
      const stream = await client.responses.create({ ...IN_BACKGROUND, stream: true });
      const events = stream[Symbol.asyncIterator]();
      const created = (await events.next()).value as Extract<Event, { readonly type: 'response.created' }>;
      const second = replay(client, created.response.id);
      await expect.poll(() => world.server.requests.some(({ step }) => step === 'stream')).toBe(true);
      world.server.jobs[0]?.release();
      const read = [created, ...(await readAll({ [Symbol.asyncIterator]: () => events }))];
      expect(await second).toEqual(read);
      return { first: read, id: created.response.id };
    });
    expect(numbersOf(first)).toEqual([...range(first.length - 1), FAILED]);
    expect(textOf(first).length).toBeGreaterThan(0);
    expect(TEXT.startsWith(textOf(first))).toBe(true);
    expect(first.at(-1)).toMatchObject({ type: 'response.failed', response: { id, status: 'failed' } });
    await using gateway = await world.start();
    for (const [at, after] of [undefined, ...numbersOf(first)].entries())
      expect(await replay(gateway.client(), id, after)).toEqual(first.slice(at));
  });

  it('has an equal last event for each reader after its last target has failed without events', async () => {
    const fails = { code: 'server_error', message: 'sorry' };
    await using world = await backgroundWorld({
      server: { plan: () => ({ answer: TEXT, holdAt: 9, fails }) },
      other: { before: ({ step }) => (step === 'start' ? { status: 400 } : undefined) },
    });
    await using gateway = await world.start();
    const client = gateway.client();
    const stream = await client.responses.create({ ...IN_BACKGROUND, model: 'chain', stream: true });
    const first: Event[] = [];
    const read = async (): Promise<void> => {
      for await (const event of stream) {
        first.push(event);
        if (event.type === 'response.output_text.delta') world.server.jobs[0]?.release();
      }
    };
    await expect(read()).rejects.toMatchObject({ code: 'response_restarted' });
    const { id } = (first[0] as Extract<Event, { readonly type: 'response.created' }>).response;
    await ended(client, id);
    const all = await replay(client, id);
    expect(all.at(-1)).toMatchObject({ type: 'response.failed', sequence_number: FAILED });
    for (const after of numbersOf(first))
      expect((await replay(client, id, after)).at(-1)).toEqual(all.at(-1));
    expect(await replay(client, id, FAILED)).toEqual([]);
  });

  it('continues after its gateway was killed, with equal events', async () => {
    await using world = await backgroundWorld({ server: { plan: () => ({ answer: TEXT, holdAt: 9 }) } });
    const killed = await world.startProcess();
    const stream = await killed.client().responses.create({ ...IN_BACKGROUND, stream: true });
    const before: Event[] = [];
    let id = '';
    const reading = (async () => {
      for await (const event of stream) {
        before.push(event);
        if (event.type === 'response.created') ({ id } = event.response);
        if (event.type === 'response.output_text.delta') await killed.kill();
      }
    })();
    await expect(reading).rejects.toThrow();
    expect(before.some(({ type }) => type === 'response.output_text.delta')).toBe(true);
    await world.endLease(id);
    const next = await world.startProcess();
    const client = next.client();
    expect((await client.responses.retrieve(id)).status).toBe('in_progress');
    const resumed = replay(client, id, before.length - 1);
    await expect
      .poll(() => world.server.requests.filter(({ step }) => step === 'stream').length, { timeout: 10_000 })
      .toBe(2);
    world.server.jobs[0]?.release();
    const all = [...before, ...(await resumed)];
    expect(numbersOf(all)).toEqual(range(all.length));
    expect(textOf(all)).toBe(TEXT);
    expect(all.at(-1)).toMatchObject({ type: 'response.completed', response: { id } });
    await next.kill();
    const last = await world.startProcess();
    expect(await replay(last.client(), id)).toEqual(all);
    expect(world.server.requests.filter(({ step }) => step === 'start')).toHaveLength(1);
  });

  it('is refused with the status of a live call if every target refuses its start', async () => {
    await using world = await backgroundWorld({
      server: { before: ({ step }) => (step === 'start' ? { status: 429 } : undefined) },
    });
    await using gateway = await world.start();
    await expect(gateway.client().responses.create(IN_BACKGROUND)).rejects.toMatchObject({ status: 429 });
    expect(world.server.jobs).toHaveLength(0);
  });

  it('is cancelled at the vendor if the reply to its start was lost', async () => {
    await using world = await backgroundWorld({ server: { plan: () => ({ answer: TEXT, holdAt: 5 }) } });
    const majordomo = createMajordomo({
      providers: [createOpenAI({ apiKey: 'k', baseURL: world.server.baseURL })],
    });
    const background = createBackground({ majordomo, records: memoryRecords() });
    const withLostReply: Background = {
      ...background,
      model(spec) {
        const model = background.model(spec);
        const start: typeof model.start = async (request, options) => {
          await model.start(request, options);
          throw new LlmError('server', 'the reply was lost');
        };
        return { ...model, start };
      },
    };
    await using gateway = await world.start({ background: withLostReply });
    await expect(gateway.client().responses.create(IN_BACKGROUND)).rejects.toMatchObject({ status: 502 });
    await expect.poll(() => world.server.jobs[0]?.status).toBe('cancelled');
  });

  it('is continued by its id, when it has ended', async () => {
    await using world = await backgroundWorld({
      server: {
        plan: (_, number) => (number === 0 ? { answer: 'My name is Ada.', holdAt: 5 } : 'Your name is Ada.'),
      },
    });
    await using gateway = await world.start();
    const client = gateway.client();
    const first = await client.responses.create(IN_BACKGROUND);
    const next: Body = { model: 'gpt', input: 'Who?', previous_response_id: first.id };
    await expect(client.responses.create(next)).rejects.toMatchObject({
      status: 400,
      param: 'previous_response_id',
    });
    world.server.jobs[0]?.release();
    await ended(client, first.id);
    for (const background of [false, true]) {
      const created = await client.responses.create({ ...next, background });
      expect((await ended(client, created.id)).output_text).toBe('Your name is Ada.');
      const sent = JSON.stringify(world.server.jobs.at(-1)?.body);
      for (const part of ['hi', 'My name is Ada.', 'Who?']) expect(sent).toContain(part);
      const ids: string[] = [];
      for await (const item of client.responses.inputItems.list(created.id)) ids.push(item.id);
      expect(new Set(ids).size).toBe(3);
    }
  });

  it('is stored when it has ended, although no client has read it', async () => {
    await using world = await backgroundWorld();
    const { id } = await during(world, async ({ responses }) => {
      const created = await responses.create(IN_BACKGROUND);
      await expect.poll(() => world.server.requests.some(({ step }) => step === 'remove')).toBe(true);
      return created;
    });
    await using gateway = await world.start();
    const body = { model: 'gpt', input: 'Go on.', previous_response_id: id };
    expect((await gateway.client().responses.create(body)).status).toBe('completed');
    expect(JSON.stringify(world.server.requests.at(-1)?.body)).toContain('an answer');
  });

  it('counts for the limits of its tenant, and as a running call', async () => {
    await using world = await backgroundWorld({
      server: { plan: () => ({ holdAt: 3 }) },
      limits: [{ name: 'tenant', max: { usd: '0.05' }, per: 'day', each: ['tenant'] }],
    });
    await using gateway = await world.start({ maxConcurrent: 1 });
    const client = gateway.client();
    const body = { ...IN_BACKGROUND, max_output_tokens: 500 };
    const { id } = await client.responses.create(body);
    await expect(gateway.client(OTHER_KEY).responses.create(body)).rejects.toMatchObject({ status: 429 });
    world.server.jobs[0]?.release();
    await expect.poll(() => world.server.requests.some(({ step }) => step === 'remove')).toBe(true);
    expect((await ended(client, id)).status).toBe('completed');
    const large = { ...body, max_output_tokens: 5000 };
    await expect(client.responses.create(large)).rejects.toMatchObject({ status: 400 });
    expect(world.server.jobs).toHaveLength(1);
  });

  it('is deleted with its job, also while it is in progress', async () => {
    await using world = await backgroundWorld({ server: { plan: () => ({ answer: TEXT, holdAt: 5 }) } });
    await using gateway = await world.start();
    const client = gateway.client();
    const { id } = await client.responses.create(IN_BACKGROUND);
    await client.responses.delete(id);
    await expect(client.responses.retrieve(id)).rejects.toMatchObject({ status: 404 });
    await expect(client.responses.cancel(id)).rejects.toMatchObject({ status: 404 });
    expect(world.server.jobs[0]?.status).toBe('cancelled');
  });

  it('stays deleted if its end is stored at the same time', async () => {
    await using world = await backgroundWorld({ server: { plan: () => ({ answer: TEXT, holdAt: 5 }) } });
    const { records, isStoring, proceed, results } = slowEnd();
    await using gateway = await world.start({ responses: { records } });
    const client = gateway.client();
    const { id } = await client.responses.create(IN_BACKGROUND);
    world.server.jobs[0]?.release();
    await isStoring;
    await client.responses.delete(id);
    proceed();
    await expect.poll(() => results).toEqual([undefined]);
    await expect(client.responses.retrieve(id)).rejects.toMatchObject({ status: 404 });
  });

  it('does not change after its end, if two requests store its end at the same time', async () => {
    await using world = await backgroundWorld({ server: { plan: () => ({ answer: TEXT, holdAt: 5 }) } });
    const { records, isStoring, proceed, results } = slowEnd();
    await using gateway = await world.start({ responses: { records } });
    const client = gateway.client();
    const { id } = await client.responses.create(IN_BACKGROUND);
    world.server.jobs[0]?.release();
    await isStoring;
    expect((await ended(client, id)).status).toBe('completed');
    const stored = await records.get(`responses/${id.slice(5, 7)}`, id);
    proceed();
    await expect.poll(() => results).toHaveLength(2);
    expect(await records.get(`responses/${id.slice(5, 7)}`, id)).toEqual(stored);
  });
});

/** Returns a store whose second write waits for `proceed`: the gateway stores the end of a response. `results`: results of all later writes. */
function slowEnd() {
  const records = memoryRecords();
  const results: (readonly number[] | undefined)[] = [];
  let puts = 0;
  let hasBegun = (): void => undefined;
  const isStoring = new Promise<void>((resolve) => (hasBegun = resolve));
  let proceed = (): void => undefined;
  const isOver = new Promise<void>((resolve) => (proceed = resolve));
  const write: typeof records.write = async (space, changes) => {
    const number = changes[0]?.type === 'put' ? ++puts : 0;
    if (number === 2) {
      hasBegun();
      await isOver;
    }
    const versions = await records.write(space, changes);
    if (number > 1) results.push(versions);
    return versions;
  };
  return { records: { ...records, write }, isStoring, proceed, results };
}

describe('a gateway with background responses', () => {
  it('refuses invalid members and queries, and a cancellation of other responses', async () => {
    await using world = await backgroundWorld();
    await using gateway = await world.start();
    const { responses } = gateway.client();
    const unstored = await post(gateway, '/v1/responses', { ...IN_BACKGROUND, store: false });
    expect([unstored.status, await unstored.json()]).toMatchObject([400, { error: { param: 'store' } }]);
    const { id } = await responses.create({ model: 'gpt', input: 'hi' });
    await expect(responses.cancel(id)).rejects.toMatchObject({ status: 400 });
    await expect(responses.retrieve(id, { stream: true })).rejects.toMatchObject({ status: 400 });
    const created = await responses.create(IN_BACKGROUND);
    await expect(responses.retrieve(created.id, { starting_after: 1 })).rejects.toMatchObject({
      status: 400,
      param: 'starting_after',
    });
    await expect(responses.retrieve(created.id, { stream: true, starting_after: -1 })).rejects.toMatchObject({
      status: 400,
      param: 'starting_after',
    });
  });

  it('refuses background: true without the option', async () => {
    await using world = await backgroundWorld();
    await using gateway = await world.start({ background: undefined });
    await expect(gateway.client().responses.create(IN_BACKGROUND)).rejects.toMatchObject({
      status: 400,
      param: 'background',
    });
    expect(world.server.requests).toHaveLength(0);
  });

  it('cannot be created without stored responses', async () => {
    await using world = await backgroundWorld();
    await expect(world.start({ responses: undefined })).rejects.toMatchObject({ kind: 'config' });
  });

  it('refuses background: true for a caller whose model is wrapped, and admits other callers', async () => {
    await using world = await backgroundWorld();
    const wrapModel: GatewayOptions['wrapModel'] = (model, { tenant }) =>
      tenant === 'team-a' ? { ...model } : model;
    await using gateway = await world.start({ wrapModel });
    await expect(gateway.client().responses.create(IN_BACKGROUND)).rejects.toMatchObject({
      status: 400,
      param: 'background',
    });
    expect(world.server.requests).toHaveLength(0);
    const other = gateway.client(OTHER_KEY);
    const { id } = await other.responses.create(IN_BACKGROUND);
    expect((await ended(other, id)).status).toBe('completed');
  });
});
