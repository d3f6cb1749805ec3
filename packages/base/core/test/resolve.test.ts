import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import {
  createMajordomo,
  type Dsn,
  LlmError,
  type MajordomoOptions,
  type ModelContext,
  type Provider,
  user,
} from '../src/index.ts';
import { chatProvider, textEvents } from './support/chat-provider.ts';

const hi = { messages: [user('hi')] };

/** Provider that responds, and accepts `echo://` DSNs. */
function echo(id: string, contexts: ModelContext[] = []): Provider {
  const provider = chatProvider(id, async function* (_request, context) {
    contexts.push(context);
    yield await Promise.resolve(textEvents(context.target, 'ok'));
  });
  return { ...provider, schemes: { echo: (dsn: Dsn) => echo(dsn.name, contexts) } };
}

const make = (options: Partial<MajordomoOptions> = {}): ReturnType<typeof createMajordomo> =>
  createMajordomo({ providers: [echo('a'), echo('b')], ...options });

async function order(
  majordomo: ReturnType<typeof createMajordomo>,
  spec: string,
): Promise<readonly string[]> {
  let targets: readonly string[] = [];
  await majordomo.model(spec).generate(hi, {
    onEvent: (event) => {
      if (event.type === 'call-start') targets = event.targets;
    },
  });
  return targets;
}

async function config(promise: Promise<unknown>): Promise<LlmError> {
  const error: unknown = await promise.catch((reason: unknown) => reason);
  if (!LlmError.is(error, 'config')) throw new Error(`expected a config error, got ${inspect(error)}`);
  return error;
}

describe('names', () => {
  it('expand at any position, nested, without duplicates', async () => {
    const majordomo = make({ aliases: { fast: 'a/1,a/2', deep: 'b/9,fast', deeper: 'deep,a/3' } });
    expect(await order(majordomo, 'fast,b/1,deeper')).toEqual(['a/1', 'a/2', 'b/1', 'b/9', 'a/3']);
  });

  it('cause an error with the path of a cycle', async () => {
    const majordomo = make({ aliases: { x: 'a/1,y', y: 'x' } });
    expect((await config(majordomo.model('x').generate(hi))).message).toContain('alias cycle: x -> y -> x; ');
  });

  it('of a resolver that returns its own name are a cycle', async () => {
    const majordomo = make({ resolvers: [(name) => name] });
    expect((await config(majordomo.model('tier').generate(hi))).details.code).toBe('alias-cycle');
  });

  it('nested too deeply are rejected without a stack overflow', async () => {
    const majordomo = make({ resolvers: [(name) => `n${Number(name.slice(1)) + 1}`] });
    expect((await config(majordomo.model('n0').generate(hi))).details.code).toBe('alias-depth');
  });

  it('may be inherited by the aliases', async () => {
    const aliases = Object.assign(Object.create({ standard: 'a/x' }) as object, { own: 'b/y' });
    expect(await order(make({ aliases }), 'own,standard')).toEqual(['b/y', 'a/x']);
  });

  it('are looked up in the aliases, then by the resolvers in order, at every call', async () => {
    const lookups: string[] = [];
    const majordomo = make({ aliases: { fixed: 'a/alias' } });
    majordomo.resolver((name) => {
      lookups.push(`1:${name}`);
      return undefined;
    });
    majordomo.resolver(async (name, { call }) => {
      await Promise.resolve();
      lookups.push(`2:${name}`);
      return `b/${call?.tenant ?? ''}`;
    });
    expect(await order(majordomo, 'fixed')).toEqual(['a/alias']);
    const model = majordomo.model('tier');
    expect((await model.generate(hi, { tenant: 't1' })).target).toBe('b/t1');
    expect((await model.generate(hi, { tenant: 't2' })).target).toBe('b/t2');
    expect(lookups).toEqual(['1:tier', '2:tier', '1:tier', '2:tier']);
  });

  it('may be resolved with the majordomo itself', async () => {
    const majordomo = make();
    majordomo.resolver((name) =>
      name === 'x'
        ? majordomo
            .parse('a/1,b/2')
            .map(({ text }) => text)
            .join(',')
        : undefined,
    );
    expect(await order(majordomo, 'x')).toEqual(['a/1', 'b/2']);
  });

  it('that are unknown cause an error with the known ones', async () => {
    expect(
      (
        await config(
          make({ aliases: { fast: 'a/1' } })
            .model('fats')
            .generate(hi),
        )
      ).message,
    ).toBe(
      'unknown name "fats" in "fats": aliases: fast; a target is written provider/model; did you mean "fast"?',
    );
  });

  it('can be set and removed; a running call keeps its targets', async () => {
    const majordomo = make();
    const model = majordomo.model('now');
    majordomo.alias('now', 'a/1');
    const running = model.generate(hi, {
      onEvent: ({ type }) => {
        if (type === 'call-start') majordomo.alias('now', 'b/2');
      },
    });
    expect((await running).target).toBe('a/1');
    expect((await model.generate(hi)).target).toBe('b/2');
    majordomo.alias('now', undefined);
    expect((await config(model.generate(hi))).details.code).toBe('unknown-name');
  });

  it('reject an invalid spec when the model is created', () => {
    expect(() => make().model('a/x,,b/y')).toThrow(/character 4/);
  });
});

describe('views', () => {
  it('have other aliases and the same health', async () => {
    const root = make({ aliases: { it: 'a/1' } });
    const other = root.with({ aliases: { it: 'b/2' } });
    expect((await root.model('it').generate(hi)).target).toBe('a/1');
    expect((await other.model('it').generate(hi)).target).toBe('b/2');
    other.health.bench('a/1', 1000);
    expect(root.health.snapshot()['a/1']?.state).toBe('benched');
  });

  it('share variables that another view has loaded', async () => {
    const root = make({ env: { LLM_BOX: 'echo://one' } });
    const other = root.with({ aliases: {} });
    const before = await root.model('box/m').generate(hi);
    other.loadEnv({ LLM_BOX: 'echo://two', LLM_NEW: 'echo://three' });
    expect([before.target, (await root.model('new/m').generate(hi)).target]).toEqual(['box/m', 'new/m']);
  });

  it('keep the options that they do not change', async () => {
    const root = make({ aliases: { it: 'a/1' } });
    root.alias('late', 'b/2');
    const gated = root.with({ gates: [{ name: 'no', admit: () => ({ deny: 'closed' }) }] });
    await expect(gated.model('late').generate(hi)).rejects.toMatchObject({ kind: 'denied' });
    expect((await root.model('late').generate(hi)).target).toBe('b/2');
  });
});

describe('resolve', () => {
  it('returns the targets in the order of the chain, including benched ones', async () => {
    const majordomo = make({ aliases: { fast: 'b/2,a/1' } });
    majordomo.health.bench('b/2', 1000);
    const resolved = await majordomo.resolve('a/constructor,fast,a/1');
    expect(resolved.map(({ target, model }) => `${target} ${model}`)).toEqual([
      'a/constructor constructor',
      'b/2 2',
      'a/1 1',
    ]);
    expect(resolved.map(({ health }) => health?.state)).toEqual([undefined, 'benched', undefined]);
    expect(resolved[0]?.capabilities).toEqual({});
  });

  it('passes tenant and metadata to resolvers', async () => {
    const resolverCalls: unknown[] = [];
    const majordomo = make({
      resolvers: [
        (name, { call, request }) => {
          resolverCalls.push([name, call?.spec, call?.tenant, call?.metadata, request]);
          return 'a/1';
        },
      ],
    });
    const [resolved] = await majordomo.resolve('tier', {
      tenant: 't1',
      metadata: { plan: 'gold' },
      request: hi,
    });
    expect([resolved?.target, resolverCalls]).toEqual([
      'a/1',
      [['tier', 'tier', 't1', { plan: 'gold' }, hi]],
    ]);
    await majordomo.model('tier').generate(hi);
    expect(resolverCalls[1]).toEqual(['tier', 'tier', undefined, {}, hi]);
  });

  it('calls only the resolvers, and rejects on an abort', async () => {
    const contexts: ModelContext[] = [];
    const majordomo = createMajordomo({
      providers: [echo('a', contexts)],
      resolvers: [() => new Promise(() => undefined)],
    });
    await majordomo.resolve('a/1');
    expect(contexts).toEqual([]);
    const controller = new AbortController();
    const waiting = majordomo.resolve('slow', { signal: controller.signal });
    controller.abort();
    await expect(waiting).rejects.toMatchObject({ kind: 'aborted' });
  });

  it.each<[string, () => Promise<string>]>([
    ['rejects', () => Promise.reject(new Error('no table'))],
    [
      'throws',
      () => {
        throw new Error('no table');
      },
    ],
  ])('names the resolver that %s, so that the vendor is not blamed', async (_, resolver) => {
    const majordomo = make({ resolvers: [resolver] });
    for (const work of [() => majordomo.resolve('tier'), () => majordomo.model('tier').generate(hi)]) {
      await expect(work()).rejects.toMatchObject({
        kind: 'server',
        message: 'the resolver of "tier" failed: no table',
        details: { code: 'resolver-failed', target: undefined },
        cause: { message: 'no table' },
      });
    }
  });

  it.each([
    ['a/x,fsat', '4', 'unknown name "fsat" in "a/x,fsat": aliases: fast, deep;'],
    ['deep', '4', 'unknown name "nope" in "b/1,nope"'],
    ['a/x,aa/1', '4', 'unknown provider "aa" in "a/x,aa/1"'],
    ['a/x,,', '4', 'an empty element'],
  ])('rejects %s at character %s of the invalid spec', async (spec, path, message) => {
    const error = await config(make({ aliases: { fast: 'a/1', deep: 'b/1,nope' } }).resolve(spec));
    expect([error.details.path, error.message]).toEqual([path, expect.stringContaining(message)]);
  });
});

describe('providers', () => {
  it('that are mistyped cause an error with a suggestion, also in DSNs', async () => {
    const majordomo = createMajordomo({ providers: [echo('openai')], env: { LLM_LAB_2: 'echo://h' } });
    expect((await config(majordomo.resolve('OpenAI/x'))).message).toContain('did you mean "openai"?');
    expect((await config(majordomo.resolve('lab_3/x'))).message).toContain('did you mean "lab_2"?');
    const [error] = majordomo.loadEnv({ LLM_Q: 'ecoh://h' });
    expect(error?.message).toContain('serves the scheme "ecoh" (served: echo); did you mean "echo"?');
  });

  it.each([[['openai']], [['openai', 'b']]])(
    'that are one of the providers %j have no model',
    async (ids) => {
      const majordomo = createMajordomo({ env: {}, providers: ids.map((id) => echo(id)) });
      expect((await config(majordomo.resolve('openai'))).message).toBe(
        'unknown name "openai" in "openai": no alias is set; a target is written provider/model; add the model of the provider, as in openai/MODEL',
      );
    },
  );

  it.each([
    [['openai'], '; did you mean "openai/gpt"?'],
    [['openai', 'b'], ''],
    [[], ''],
  ])('of %j complete a model without a provider with "%s"', async (ids, suggestion) => {
    const majordomo = createMajordomo({ env: {}, providers: ids.map((id) => echo(id)) });
    expect((await config(majordomo.resolve('gpt'))).message).toBe(
      `unknown name "gpt" in "gpt": no alias is set; a target is written provider/model${suggestion}`,
    );
  });

  it.each([
    ['openai:gpt-5.4', '; did you mean "openai/gpt-5.4"?'],
    ['openai:gpt:4', '; did you mean "openai/gpt:4"?'],
    ['gpt:4', ''],
  ])('before a colon are completed in "%s" with "%s"', async (spec, suggestion) => {
    const majordomo = createMajordomo({ env: {}, providers: ['openai', 'b'].map((id) => echo(id)) });
    expect((await config(majordomo.resolve(spec))).message).toBe(
      `unknown name "${spec}" in "${spec}": no alias is set; a target is written provider/model${suggestion}`,
    );
  });

  it('that are unknown are followed by a similar name before at most eight registered names', async () => {
    const ids = ['openai', ...Array.from({ length: 9 }, (_, at) => `p${at}`)];
    const majordomo = createMajordomo({ env: {}, providers: ids.map((id) => echo(id)) });
    expect((await config(majordomo.resolve('opnai/x'))).message).toBe(
      'unknown provider "opnai" in "opnai/x"; did you mean "openai"? Not registered (registered: openai, p0, p1, p2, p3, p4, p5, p6 and 2 more) and LLM_OPNAI is not set',
    );
  });

  it('that are not registered are the remedy for a valid DSN', () => {
    const majordomo = createMajordomo({ providers: [], env: {} });
    const [error] = majordomo.loadEnv({ LLM_Q: 'openai://key@h/v1' });
    expect(error?.message).toBe(
      'LLM_Q cannot be used as a backend: no registered provider serves the scheme "openai" (no scheme is registered); ' +
        'add the provider of this scheme to providers',
    );
  });

  it('that are unknown cause an error with the variable that was tried', async () => {
    expect((await config(make({ env: {} }).model('grok/x').generate(hi))).message).toBe(
      'unknown provider "grok" in "grok/x": not registered (registered: a, b) and LLM_GROK is not set; add the provider to providers',
    );
  });

  it.each([
    'lab=openai+https://sk-proj-0123456789abcdef@h/v1',
    'openai+https://0123456789-t0ken@h/v1',
    'a/x,,https://0123456789-t0ken@h',
  ])('show no key if a DSN is passed as a spec: %s', async (spec) => {
    const { message } = await config(make({ env: {} }).resolve(spec));
    expect(message).toBe('a spec must be a string such as provider/model or an alias, not a DSN');
    expect(message).not.toContain('0123456789');
  });

  it('are joined with commas, not passed as an array', async () => {
    const { message } = await config(make({ env: {} }).resolve(['a/x', 'b/y'] as unknown as string));
    expect(message).toBe(
      'a spec must be a string such as provider/model or an alias, not an array; join its targets with commas',
    );
  });

  it('of a DSN are one target in both spellings', async () => {
    const majordomo = make({ env: { LLM_MY_PROV: 'echo://t0ken@host/v1' } });
    expect((await majordomo.model('my-prov/qwen3:30b').generate(hi)).target).toBe('my_prov/qwen3:30b');
    expect(await order(majordomo, 'my-prov/q,my_prov/q')).toEqual(['my_prov/q']);
  });

  it('of DSNs get the transport and headers of the application', async () => {
    const contexts: ModelContext[] = [];
    const fetch: typeof globalThis.fetch = () => Promise.reject(new Error('never called'));
    const majordomo = createMajordomo({
      providers: [echo('a', contexts)],
      env: { LLM_Z: 'echo://h', N: 1, K: 'v' },
      fetch,
      headers: { 'x-app': '1' },
    });
    await majordomo.model('z/m').generate(hi);
    expect(contexts[0]?.fetch).toBe(fetch);
    expect(contexts[0]?.headers).toEqual({ 'x-app': '1' });
    expect(contexts[0]?.env).toEqual({ LLM_Z: 'echo://h', K: 'v' });
  });

  it('of unrelated LLM_ variables cause no error until they are used', async () => {
    const otherVariables = { LLM_HERE_SKIP_CLI: '1', LLM_MODEL: 'gpt-4o', LLM_TIMEOUT: '30' };
    const majordomo = make({ env: otherVariables });
    expect(majordomo.loadEnv(otherVariables)).toEqual([]);
    expect((await config(majordomo.model('timeout/x').generate(hi))).message).toContain(
      'LLM_TIMEOUT cannot be used as a backend',
    );
  });

  it('that are malformed are returned by loadEnv, not thrown', () => {
    const errors = make().loadEnv({ LLM_P: 'nope://t0ken@h', LLM_Q: 'echo://', LLM_R: 'echo://fine' });
    expect(errors.map(({ message, details }) => [message.split(':')[0], details.path])).toEqual([
      ['LLM_P cannot be used as a backend', '0'],
      ['LLM_Q cannot be used as a backend', '7'],
    ]);
    expect(inspect(errors, { depth: 9, customInspect: false })).not.toContain('t0ken');
  });

  it('never show a token', async () => {
    const majordomo = make({ env: { LLM_S: 'echo://t0ken-in-dsn@h' } });
    const model = majordomo.model('s/x');
    const response = await model.generate(hi);
    for (const value of [majordomo, model, response, majordomo.health.snapshot()]) {
      expect(inspect(value, { depth: 12, showHidden: true })).not.toContain('t0ken');
      expect(JSON.stringify(value)).not.toContain('t0ken');
    }
  });

  it('with the same id or another interface version are rejected at once', () => {
    expect(() => createMajordomo({ providers: [echo('a'), echo('a')] })).toThrow(
      /two providers have the id "a"/,
    );
    const newer = { ...echo('n'), spi: 2 } as unknown as Provider;
    expect(() => createMajordomo({ providers: [newer] })).toThrow(/version 2/);
  });

  it('that cannot list models reject with unsupported', async () => {
    await expect(make().listModels('a')).rejects.toMatchObject({ kind: 'unsupported' });
  });

  it.each([
    ['ignores the signal', () => new Promise<never>(() => undefined)],
    ['rejects with another kind', ({ signal }: { readonly signal: AbortSignal }) => rejectOnAbort(signal)],
  ])('that list models reject with aborted on an abort if the provider %s', async (_title, listModels) => {
    const controller = new AbortController();
    const majordomo = createMajordomo({ providers: [{ ...echo('a'), listModels }] });
    const listing = majordomo.listModels('a', { signal: controller.signal });
    controller.abort();
    await expect(listing).rejects.toMatchObject({ kind: 'aborted' });
  });
});

const rejectOnAbort = (signal: AbortSignal): Promise<never> =>
  new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => {
      reject(new LlmError('network', 'the connection failed'));
    });
  });
