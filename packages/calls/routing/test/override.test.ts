import { createMajordomo } from '@majordomo/core';
import { fakeClock, fakeProvider } from '@majordomo/testing';
import { describe, expect, it } from 'vitest';
import { createRouter } from '../src/index.ts';
import { failureOf, hi, NOON, setUpRouter } from './support/fixture.ts';

const targets: Parameters<typeof setUpRouter>[0] = {
  'a/x': { facts: {} },
  'b/y': { facts: {} },
  'new/z': {},
  'old/z': { facts: { retires: '2026-01-31' } },
  'today/z': { facts: { retires: '2026-11-21' } },
  'soon/z': { facts: { retires: '2026-11-22' } },
  'deprecated/z': { facts: { status: 'deprecated' } },
};
const presets = { outer: 'inner', inner: 'a/x', other: 'b/y' };
const withModel = (model: unknown) => ({ metadata: { model } });

describe('a model in the metadata of a call', () => {
  it('replaces the preset, whether the catalog contains its model or not', async () => {
    const { majordomo } = setUpRouter(targets, presets);
    const model = majordomo.model('outer');
    expect((await model.generate(hi, withModel('b/y'))).target).toBe('b/y');
    expect((await model.generate(hi, withModel('new/z'))).target).toBe('new/z');
    expect((await model.generate(hi)).target).toBe('a/x');
  });

  it('is planned with a warning if the catalog lacks the model', async () => {
    const { majordomo, router } = setUpRouter(targets, presets);
    const planWith = (model: string) =>
      router.plan('outer', majordomo, {
        call: { id: '1', spec: 'outer', tenant: undefined, metadata: { model } },
      });
    expect(await planWith('new/z')).toEqual({
      name: 'outer',
      chain: 'new/z',
      reason: 'override',
      candidates: [{ target: 'new/z', score: 0, parts: {}, estimateNanoUsd: undefined }],
      rejected: [],
      warnings: ['new/z: the catalog does not contain this model, so its prices and limits are unknown'],
    });
    expect((await planWith('b/y')).warnings).toEqual([]);
    expect((await planWith('old/z')).warnings).toEqual(['old/z was retired on 2026-01-31']);
    expect((await planWith('today/z')).warnings).toEqual(['today/z was retired on 2026-11-21']);
    expect((await planWith('soon/z')).warnings).toEqual(['soon/z will be retired on 2026-11-22']);
    expect((await planWith('deprecated/z')).warnings).toEqual(['deprecated/z is deprecated']);
  });

  it('is planned with a warning if its provider has no vendor, and without one if a plan includes its calls', async () => {
    const model = { x: ['hi'] };
    const router = createRouter({ presets: { m: 'bare/x,paid/x' }, clock: fakeClock(NOON) });
    const providers = [
      fakeProvider({ id: 'bare', models: model }),
      fakeProvider({ id: 'paid', billing: 'included', models: model }),
    ];
    const plan = await router.plan('m', createMajordomo({ providers }));
    expect(plan.warnings).toEqual([
      'bare/x: its provider has no vendor, so its prices and limits are unknown',
    ]);
    expect(plan.candidates.map(({ target }) => target)).toEqual(['bare/x', 'paid/x']);
  });

  it('can have space around it', async () => {
    const { majordomo, router } = setUpRouter(targets, presets);
    const call = { id: '1', spec: 'outer', tenant: undefined, metadata: { model: ' b/y\n' } };
    expect((await router.plan('outer', majordomo, { call })).chain).toBe('b/y');
    expect((await majordomo.model('outer').generate(hi, withModel(' outer '))).target).toBe('a/x');
  });

  it('can be a preset, and uses the targets of that preset', async () => {
    const { majordomo } = setUpRouter(targets, presets);
    expect((await majordomo.model('outer').generate(hi, withModel('other'))).target).toBe('b/y');
    expect((await majordomo.model('outer').generate(hi, withModel('inner'))).target).toBe('a/x');
    expect((await majordomo.model('other').generate(hi, withModel('outer'))).target).toBe('a/x');
  });

  it('can be the preset itself, without an effect', async () => {
    const { majordomo } = setUpRouter(targets, presets);
    expect((await majordomo.model('outer').generate(hi, withModel('outer'))).target).toBe('a/x');
    expect((await majordomo.model('outer,other').generate(hi, withModel('other'))).target).toBe('b/y');
  });

  it('does not replace targets in the spec and names that are not presets', async () => {
    const { majordomo } = setUpRouter(targets, presets, {}, { aliases: { mine: 'a/x' } });
    const resolve = async (spec: string) =>
      (await majordomo.resolve(spec, withModel('new/z'))).map(({ target }) => target).join();
    expect(await resolve('a/x,outer,b/y')).toBe('a/x,new/z,b/y');
    expect(await resolve('mine,other')).toBe('a/x,new/z');
    expect(await resolve('b/y')).toBe('b/y');
  });

  it('replaces the outermost preset, also behind an alias', async () => {
    const { majordomo } = setUpRouter(targets, presets, {}, { aliases: { mine: 'outer', theirs: 'other' } });
    expect((await majordomo.model('mine').generate(hi, withModel('b/y'))).target).toBe('b/y');
    expect((await majordomo.model('outer').generate(hi, withModel('theirs'))).target).toBe('b/y');
  });

  it('can be the alias that led to the preset, without an effect', async () => {
    const { majordomo } = setUpRouter(targets, presets, {}, { aliases: { mine: 'outer' } });
    expect((await majordomo.model('mine').generate(hi, withModel('mine'))).target).toBe('a/x');
  });

  it('precedes a choice, a rule and a simple turn, which are not called', async () => {
    const functionCalls: string[] = [];
    const rule = () => (functionCalls.push('rule'), 'a/x');
    const is = () => (functionCalls.push('turn'), true);
    const { majordomo } = setUpRouter(
      targets,
      { rule, best: { choose: ['a/x'] } },
      { simpleTurns: { use: 'a/x', is } },
    );
    for (const name of ['rule', 'best'])
      expect((await majordomo.model(name).generate(hi, withModel('b/y'))).target).toBe('b/y');
    expect(functionCalls).toEqual([]);
  });

  it('can have another key', async () => {
    const { majordomo } = setUpRouter(targets, presets, { overrideKey: 'use' });
    const { target } = await majordomo
      .model('outer')
      .generate(hi, { metadata: { use: 'b/y', model: 'new/z' } });
    expect(target).toBe('b/y');
  });

  it.each([[7], [''], ['  '], [['a/x']], [{}]])(
    'that is %j rejects the call without a request',
    async (model) => {
      const { majordomo, providers } = setUpRouter(targets, presets);
      const error = await failureOf(majordomo.model('outer').generate(hi, withModel(model)));
      expect([error.kind, error.details.path]).toEqual(['config', 'metadata.model']);
      expect(error.message).toContain('must be a spec such as provider/model, because it overrides a preset');
      expect(providers.flatMap(({ requests }) => requests)).toEqual([]);
    },
  );

  it.each([[undefined], [null]])('that is %j is ignored', async (model) => {
    const { majordomo } = setUpRouter(targets, presets);
    expect((await majordomo.model('outer').generate(hi, withModel(model))).target).toBe('a/x');
  });

  it('without a provider rejects the call', async () => {
    const { majordomo } = setUpRouter(targets, presets);
    const error = await failureOf(majordomo.model('outer').generate(hi, withModel('missing/x')));
    expect(error.details.code).toBe('unknown-provider');
  });
});
