import { createMajordomo } from '@majordomo/core';
import { fakeClock, fakeProvider } from '@majordomo/testing';
import { describe, expect, it } from 'vitest';
import { createRouter } from '../src/index.ts';
import { failure, hi, NOON, world } from './support/fixture.ts';

const targets: Parameters<typeof world>[0] = {
  'a/x': { facts: {} },
  'b/y': { facts: {} },
  'new/z': {},
  'old/z': { facts: { retires: '2026-01-31' } },
  'today/z': { facts: { retires: '2026-11-21' } },
  'soon/z': { facts: { retires: '2026-11-22' } },
  'deprecated/z': { facts: { status: 'deprecated' } },
};
const presets = { outer: 'inner', inner: 'a/x', other: 'b/y' };
const asking = (model: unknown) => ({ metadata: { model } });

describe('a model of the caller’s own', () => {
  it('replaces the preset, whether the catalog contains its model or not', async () => {
    const { majordomo } = world(targets, presets);
    const model = majordomo.model('outer');
    expect((await model.generate(hi, asking('b/y'))).target).toBe('b/y');
    expect((await model.generate(hi, asking('new/z'))).target).toBe('new/z');
    expect((await model.generate(hi)).target).toBe('a/x');
  });

  it('is planned with a warning where the catalogue has a gap', async () => {
    const { majordomo, router } = world(targets, presets);
    const planned = (model: string) =>
      router.plan('outer', majordomo, {
        call: { id: '1', spec: 'outer', tenant: undefined, metadata: { model } },
      });
    expect(await planned('new/z')).toEqual({
      name: 'outer',
      chain: 'new/z',
      reason: 'override',
      candidates: [{ target: 'new/z', score: 0, parts: {}, estimateNanoUsd: undefined }],
      rejected: [],
      warnings: ['new/z: the catalog does not contain this model, so its prices and limits are unknown'],
    });
    expect((await planned('b/y')).warnings).toEqual([]);
    expect((await planned('old/z')).warnings).toEqual(['old/z was retired on 2026-01-31']);
    expect((await planned('today/z')).warnings).toEqual(['today/z was retired on 2026-11-21']);
    expect((await planned('soon/z')).warnings).toEqual(['soon/z will be retired on 2026-11-22']);
    expect((await planned('deprecated/z')).warnings).toEqual(['deprecated/z is deprecated']);
  });

  it('is planned with a warning if its provider has no vendor, and without one if a plan pays', async () => {
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

  it('may have space around it', async () => {
    const { majordomo, router } = world(targets, presets);
    const call = { id: '1', spec: 'outer', tenant: undefined, metadata: { model: ' b/y\n' } };
    expect((await router.plan('outer', majordomo, { call })).chain).toBe('b/y');
    expect((await majordomo.model('outer').generate(hi, asking(' outer '))).target).toBe('a/x');
  });

  it('may be a name, and means there what that says', async () => {
    const { majordomo } = world(targets, presets);
    expect((await majordomo.model('outer').generate(hi, asking('other'))).target).toBe('b/y');
    expect((await majordomo.model('outer').generate(hi, asking('inner'))).target).toBe('a/x');
    expect((await majordomo.model('other').generate(hi, asking('outer'))).target).toBe('a/x');
  });

  it('may be the preset itself, and changes nothing then', async () => {
    const { majordomo } = world(targets, presets);
    expect((await majordomo.model('outer').generate(hi, asking('outer'))).target).toBe('a/x');
    expect((await majordomo.model('outer,other').generate(hi, asking('other'))).target).toBe('b/y');
  });

  it('leaves the targets of the spec, and names that are no presets, where they are', async () => {
    const { majordomo } = world(targets, presets, {}, { aliases: { mine: 'a/x' } });
    const resolve = async (spec: string) =>
      (await majordomo.resolve(spec, asking('new/z'))).map(({ target }) => target).join();
    expect(await resolve('a/x,outer,b/y')).toBe('a/x,new/z,b/y');
    expect(await resolve('mine,other')).toBe('a/x,new/z');
    expect(await resolve('b/y')).toBe('b/y');
  });

  it('holds behind an alias too: the outermost preset is the one that is replaced', async () => {
    const { majordomo } = world(targets, presets, {}, { aliases: { mine: 'outer', theirs: 'other' } });
    expect((await majordomo.model('mine').generate(hi, asking('b/y'))).target).toBe('b/y');
    expect((await majordomo.model('outer').generate(hi, asking('theirs'))).target).toBe('b/y');
  });

  it('may be the alias that led to the preset, and changes nothing then', async () => {
    const { majordomo } = world(targets, presets, {}, { aliases: { mine: 'outer' } });
    expect((await majordomo.model('mine').generate(hi, asking('mine'))).target).toBe('a/x');
  });

  it('goes before a choice, a rule and a simple turn, none of which is asked', async () => {
    const requestedModels: string[] = [];
    const rule = () => (requestedModels.push('rule'), 'a/x');
    const is = () => (requestedModels.push('turn'), true);
    const { majordomo } = world(
      targets,
      { rule, best: { choose: ['a/x'] } },
      { simpleTurns: { use: 'a/x', is } },
    );
    for (const name of ['rule', 'best'])
      expect((await majordomo.model(name).generate(hi, asking('b/y'))).target).toBe('b/y');
    expect(requestedModels).toEqual([]);
  });

  it('may have another key', async () => {
    const { majordomo } = world(targets, presets, { overrideKey: 'use' });
    const { target } = await majordomo
      .model('outer')
      .generate(hi, { metadata: { use: 'b/y', model: 'new/z' } });
    expect(target).toBe('b/y');
  });

  it.each([[7], [''], ['  '], [['a/x']], [{}]])(
    'that is %j ends the call before anything is sent',
    async (model) => {
      const { majordomo, providers } = world(targets, presets);
      const error = await failure(majordomo.model('outer').generate(hi, asking(model)));
      expect([error.kind, error.details.path]).toEqual(['config', 'metadata.model']);
      expect(error.message).toContain('must be a spec such as provider/model, because it overrides a preset');
      expect(providers.flatMap(({ requests }) => requests)).toEqual([]);
    },
  );

  it.each([[undefined], [null]])('that is %j is none', async (model) => {
    const { majordomo } = world(targets, presets);
    expect((await majordomo.model('outer').generate(hi, asking(model))).target).toBe('a/x');
  });

  it('without a provider is an error', async () => {
    const { majordomo } = world(targets, presets);
    const error = await failure(majordomo.model('outer').generate(hi, asking('nobody/x')));
    expect(error.details.code).toBe('unknown-provider');
  });
});
