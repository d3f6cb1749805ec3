import { createAgent } from '@majordomo/agent';
import {
  type AttemptInfo,
  type CallOptions,
  createMajordomo,
  type DataHandling,
  jsonSchema,
  type Majordomo,
  type MajordomoOptions,
  type Provider,
  user,
} from '@majordomo/core';
import { createAnthropic } from '@majordomo/provider-anthropic';
import { createOpenAI } from '@majordomo/provider-openai';
import { seededRandom } from '@majordomo/testing';
import { failureOf } from '@majordomo/test-support';
import { describe, expect, it } from 'vitest';
import { guarded, judge, residency, type ResidencyPolicy } from '../src/index.ts';
import { at, regionServer } from './support/region-server.ts';

const hi = { messages: [user('hi')] };
const EU: DataHandling = { region: 'eu', retentionDays: 0, trainsOn: false };
const US: DataHandling = { region: 'us', retentionDays: 30, trainsOn: false };

const majordomoWith = (
  providers: readonly Provider[],
  policy: Parameters<typeof residency>[0] = { allow: ['eu'] },
  options: Partial<MajordomoOptions> = {},
): Majordomo =>
  createMajordomo({
    providers,
    gates: [residency(policy)],
    ...options,
    chain: { attempts: 1, backoff: { baseMs: 0 }, ...options.chain },
  });

/** Calls each operation with a spec. */
const OPERATIONS: Readonly<
  Record<string, (majordomo: Majordomo, spec: string, options?: CallOptions) => Promise<unknown>>
> = {
  chat: (majordomo, spec, options) => majordomo.model(spec).generate(hi, options),
  stream: (majordomo, spec, options) => majordomo.model(spec).stream(hi, options).response(),
  object: (majordomo, spec, options) =>
    majordomo.model(spec).generateObject({ ...hi, output: jsonSchema({ type: 'object' }) }, options),
  'object stream': (majordomo, spec, options) =>
    majordomo
      .model(spec)
      .streamObject({ ...hi, output: jsonSchema({ type: 'object' }) }, options)
      .response(),
  embedding: (majordomo, spec, options) => majordomo.embeddingModel(spec).embed({ values: ['a'] }, options),
  image: (majordomo, spec, options) => majordomo.imageModel(spec).generate({ prompt: 'a' }, options),
  speech: (majordomo, spec, options) => majordomo.speechModel(spec).speak({ text: 'a' }, options),
  transcription: (majordomo, spec, options) =>
    majordomo
      .transcriptionModel(spec)
      .transcribe({ audio: Uint8Array.of(1), mediaType: 'audio/ogg' }, options),
  rerank: (majordomo, spec, options) =>
    majordomo.rerankModel(spec).rerank({ query: 'a', documents: ['b'] }, options),
  moderation: (majordomo, spec, options) =>
    majordomo.moderationModel(spec).moderate({ values: ['a'] }, options),
};

describe('residency', () => {
  it.each(Object.keys(OPERATIONS))('opens no connection to a refused target: %s', async (name) => {
    const [allowed, refused] = [await regionServer(), await regionServer()];
    const majordomo = majordomoWith([at('us', refused, US), at('eu', allowed, EU)]);
    await OPERATIONS[name]?.(majordomo, 'us/m,eu/m');
    const error = await failureOf(OPERATIONS[name]?.(majordomo, 'us/m') ?? Promise.resolve());
    expect(error.kind).toBe('denied');
    expect(error.message).toContain('its region is us; allowed: eu');
    expect([allowed.requests, refused.connections]).toEqual([1, 0]);
  });

  it('denies a target with unknown facts', async () => {
    const server = await regionServer();
    const cases: readonly (readonly [DataHandling | undefined, ResidencyPolicy, string])[] = [
      [{ region: undefined }, { allow: ['eu'] }, 'its region is not declared'],
      [
        { ...EU, retentionDays: 30 },
        { allow: ['eu'], maxRetentionDays: 29 },
        'it stores content for 30 days; allowed: 29',
      ],
      [{ region: 'eu' }, { allow: ['eu'], maxRetentionDays: 400 }, 'its retention is not declared'],
      [{ ...EU, trainsOn: true }, { allow: ['eu'], noTraining: true }, 'it may train on content'],
      [{ region: 'eu' }, { allow: ['eu'], noTraining: true }, 'whether it trains on content is not declared'],
      [{ region: 'europe' }, { allow: ['eu'] }, 'its region is europe; allowed: eu'],
      [
        { region: 'eu' },
        { allow: ['europe', 'eu-west-2', 'e'] },
        'its region is eu; allowed: europe, eu-west-2, e',
      ],
    ];
    for (const [data, policy, message] of cases) {
      const provider: Provider = { ...at('a', server), data };
      expect(
        (await failureOf(majordomoWith([provider], policy).model('a/m').generate(hi))).message,
      ).toContain(message);
    }
    const { data: _none, ...undeclared } = at('a', server);
    const error = await failureOf(
      majordomoWith([undeclared], { allow: ['eu', 'global'] })
        .model('a/m')
        .generate(hi),
    );
    expect(error.message).toContain('its region is not declared');
    expect(server.connections).toBe(0);
  });

  it('admits a target that meets every member of the policy', async () => {
    const server = await regionServer();
    const strict = { allow: ['us', 'eu'], maxRetentionDays: 0, noTraining: true };
    await majordomoWith([at('a', server, EU)], strict)
      .model('a/m')
      .generate(hi);
    await majordomoWith([at('a', server, { ...US, retentionDays: 30 })], {
      allow: ['us'],
      maxRetentionDays: 30,
    })
      .model('a/m')
      .generate(hi);
    await majordomoWith([at('a', server)], { allow: ['local'], maxRetentionDays: 0, noTraining: true })
      .model('a/m')
      .generate(hi);
    expect(server.requests).toBe(3);
  });

  it('sends no hedge and no failover request to a refused target', async () => {
    const [allowed, refused] = [await regionServer(), await regionServer()];
    const providers = [at('eu', allowed, EU), at('us', refused, US)];
    const hedging = majordomoWith(
      providers,
      { allow: ['eu'] },
      { chain: { hedgeAfterMs: 1, timeouts: { totalMs: 300 } } },
    );
    allowed.status = 0;
    expect((await failureOf(hedging.model('eu/m,us/m').generate(hi))).kind).toBe('timeout');
    allowed.status = 503;
    expect((await failureOf(majordomoWith(providers).model('eu/m,us/m').generate(hi))).kind).not.toBe(
      'config',
    );
    expect([allowed.requests, refused.connections]).toEqual([2, 0]);
  });

  it('does not follow a redirect to a refused address', async () => {
    const [allowed, refused] = [await regionServer(), await regionServer()];
    Object.assign(allowed, { status: 307, location: `${refused.baseURL}/chat/completions` });
    const error = await failureOf(
      majordomoWith([at('eu', allowed, EU)])
        .model('eu/m')
        .generate(hi),
    );
    expect([error.kind, allowed.requests, refused.connections]).toEqual(['protocol', 1, 0]);
  });

  it('applies to agents, to models that judge, to DSNs, to views and to prepared requests', async () => {
    const [allowed, refused] = [await regionServer(), await regionServer()];
    const env = {
      LLM_LAB: `openai+http://${new URL(refused.baseURL).host}/v1?data_region=us`,
      LLM_DESK: `openai+http://${new URL(allowed.baseURL).host}/v1?data_region=eu&data_retention_days=0`,
    };
    const majordomo = majordomoWith(
      [at('us', refused, US), at('eu', allowed, EU), createOpenAI()],
      { allow: ['eu'] },
      { env },
    );
    const agent = createAgent({ model: majordomo.model('us/m') });
    expect((await failureOf(agent.run('hi'))).kind).toBe('denied');
    const guardedModel = guarded(majordomo.model('eu/m'), {
      input: [judge(majordomo.model('us/m'), { name: 'policy', policy: 'Refuse everything.' })],
    });
    expect((await failureOf(guardedModel.generate(hi))).kind).toBe('denied');
    expect((await failureOf(majordomo.model('lab/m').generate(hi))).kind).toBe('denied');
    expect((await majordomo.model('desk/m').generate(hi)).text).toBe('{"fine":true}');
    const view = majordomo.with({ chain: { attempts: 2 } });
    expect((await failureOf(view.model('us/m').generate(hi))).kind).toBe('denied');
    const [us, eu] = await majordomo.prepare('us/m,eu/m', hi);
    expect([us?.refusal?.kind, us?.attempt.data, eu?.refusal]).toEqual(['denied', US, undefined]);
    expect([allowed.requests, refused.connections]).toEqual([1, 0]);
  });

  it('denies a call whose extra contradicts the facts', async () => {
    const server = await regionServer();
    const majordomo = majordomoWith([at('eu', server, EU)], { allow: ['eu'], maxRetentionDays: 0 });
    const refusals: readonly (readonly [object, string])[] = [
      [{ store: true }, 'extra.store stores content'],
      [{ background: true }, 'extra.background stores content'],
      [{ inference_geo: 'global' }, 'extra.inference_geo is global; allowed: eu'],
      [{ inference_geo: null }, 'extra.inference_geo is null'],
    ];
    for (const [extra, message] of refusals) {
      const chat = majordomo.model('eu/m').generate({ ...hi, extra: { eu: extra } });
      expect((await failureOf(chat)).message).toContain(message);
      const ranked = majordomo
        .rerankModel('eu/m')
        .rerank({ query: 'a', documents: ['b'], extra: { eu: extra } });
      expect((await failureOf(ranked)).message).toContain(message);
    }
    expect(server.connections).toBe(0);
    const extra = { eu: { store: false, inference_geo: 'eu' }, other: { store: true } };
    await majordomo.model('eu/m').generate({ ...hi, extra });
    await majordomoWith([at('eu', server, EU)])
      .model('eu/m')
      .generate({ ...hi, extra: { eu: { store: true } } });
    expect(server.requests).toBe(2);
  });

  it('applies the policy of the tenant', async () => {
    const [allowed, refused] = [await regionServer(), await regionServer()];
    const policies: Readonly<Record<string, ResidencyPolicy>> = {
      clinic: { allow: ['eu'] },
      bad: { allow: [] },
    };
    const majordomo = majordomoWith([at('us', refused, US), at('eu', allowed, EU)], (tenant, call) => {
      if (call.metadata['fail'] === true) throw new Error('the policies are not available');
      return tenant === undefined ? undefined : policies[tenant];
    });
    const call = (options: CallOptions): Promise<string> =>
      majordomo
        .model('us/m,eu/m')
        .generate(hi, options)
        .then(({ target }) => target);
    expect(await call({ tenant: 'clinic' })).toBe('eu/m');
    expect([allowed.requests, refused.connections]).toEqual([1, 0]);
    expect(await call({})).toBe('us/m');
    expect((await failureOf(call({ metadata: { fail: true } }))).kind).toBe('denied');
    expect((await failureOf(call({ tenant: 'bad' }))).kind).toBe('config');
    expect([allowed.requests, refused.requests]).toEqual([1, 1]);
  });

  it.each([
    [{ allow: [] }, 'allow'],
    [{ allow: ['eu', ''] }, 'allow'],
    [{ allow: 'eu' }, 'allow'],
    [{}, 'allow'],
    [{ allow: ['eu'], maxRetentionDays: -1 }, 'maxRetentionDays'],
    [{ allow: ['eu'], maxRetentionDays: Number.NaN }, 'maxRetentionDays'],
    [{ allow: ['eu'], noTraining: 1 }, 'noTraining'],
    [{ allow: ['eu'], regions: [] }, 'regions'],
    [undefined, 'options'],
  ])('throws a config error for the policy %j', (policy, path) => {
    expect(() => residency(policy as unknown as ResidencyPolicy)).toThrow(
      expect.objectContaining({ kind: 'config', message: expect.stringContaining(path) as string }),
    );
  });

  it('compares hosts exactly, and includes base URLs from the environment', async () => {
    const attempts: (DataHandling | undefined)[] = [];
    const record = (info: AttemptInfo): { deny: string } => {
      attempts.push(info.data);
      return { deny: 'recorded' };
    };
    const dataOf = async (provider: Provider, env: object = {}): Promise<DataHandling | undefined> => {
      const majordomo = createMajordomo({
        providers: [provider],
        env,
        gates: [{ name: 'record', admit: record }],
      });
      await failureOf(majordomo.model(`${provider.id}/m`).generate(hi));
      const resolved = await majordomo.resolve(`${provider.id}/m`);
      expect(resolved[0]?.data).toEqual(attempts.at(-1));
      return attempts.at(-1);
    };
    const openai = { retentionDays: 30, trainsOn: false };
    expect(await dataOf(createOpenAI())).toEqual({ region: 'global', ...openai });
    expect(await dataOf(createOpenAI({ baseURL: 'https://eu.api.openai.com/v1' }))).toEqual({
      region: 'eu',
      ...openai,
    });
    expect(await dataOf(createOpenAI(), { OPENAI_BASE_URL: 'https://jp.api.openai.com/v1' })).toEqual({
      region: 'jp',
      ...openai,
    });
    for (const host of [
      'eu.api.openai.com.evil.example',
      'xeu.api.openai.com',
      'eu.api.openai.com:8443',
      'api.openai.com@evil.example',
    ]) {
      if (!host.includes('@'))
        expect(await dataOf(createOpenAI({ baseURL: `https://${host}/v1` }))).toEqual({});
      expect(await dataOf(createOpenAI(), { OPENAI_BASE_URL: `https://${host}/v1` })).toEqual({});
    }
    expect(await dataOf(createOpenAI({ baseURL: 'http://eu.api.openai.com/v1' }))).toEqual({});
    expect(await dataOf(createOpenAI({ data: { retentionDays: 0 } }))).toEqual({
      region: 'global',
      ...openai,
      retentionDays: 0,
    });
    expect(await dataOf(createAnthropic({ inferenceGeo: 'us' }))).toEqual({ region: 'us', ...openai });
    expect(await dataOf(createAnthropic())).toEqual(openai);
    expect(
      await dataOf(createAnthropic({ inferenceGeo: 'us' }), { ANTHROPIC_BASE_URL: 'https://proxy.example' }),
    ).toEqual({});
  });

  it('opens no connection to refused targets in random chains with hedges and failures', async () => {
    const servers = await Promise.all([0, 1, 2, 3].map(() => regionServer()));
    const [eu, alsoEu, us, unknown] = servers;
    if (eu === undefined || alsoEu === undefined || us === undefined || unknown === undefined)
      throw new Error('no server');
    const providers = [
      at('eu', eu, EU),
      at('eu2', alsoEu, EU),
      at('us', us, US),
      at('unknown', unknown, { region: undefined }),
      { ...at('silent', unknown), data: undefined },
    ];
    const random = seededRandom(54);
    const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
    const kinds = Object.keys(OPERATIONS);
    // Number of chains. With SOAK=1, as in the nightly run, 300.
    const ROUNDS = process.env['SOAK'] === undefined ? 20 : 300;
    let answered = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const specs = ['eu/m', 'eu2/m', 'us/m', 'unknown/m', 'silent/m', 'eu/n', 'us/n'];
      const spec = Array.from({ length: 1 + Math.floor(random() * 5) }, () => pick(specs)).join(',');
      eu.status = pick([200, 200, 500, 503, 429]);
      alsoEu.status = pick([200, 503]);
      const majordomo = majordomoWith(providers, { allow: ['eu'] }, { health: { threshold: 1000 } });
      const options = {
        hedgeAfterMs: pick([0, 1]),
        attempts: pick([1, 2]),
        whenAllBenched: 'try-soonest',
      } as const;
      const call = OPERATIONS[pick(kinds.filter((kind) => kind !== 'embedding' || !spec.includes('/n')))];
      answered += await (call?.(majordomo, spec, options) ?? Promise.resolve()).then(
        () => 1,
        () => 0,
      );
    }
    expect([us.connections, unknown.connections]).toEqual([0, 0]);
    expect(answered).toBeGreaterThan(ROUNDS / 6);
  });
});
