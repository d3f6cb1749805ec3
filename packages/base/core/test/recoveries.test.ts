import { describe, expect, it } from 'vitest';
import { type Recovery } from '../src/index.ts';
import { failure } from './support/failure.ts';
import type { Turn } from './support/scripted.ts';
import { hi, world } from './support/world.ts';

describe('recoveries', () => {
  const recovery = (id: string, remember = false): object => ({
    recover: {
      id,
      what: `${id} dropped`,
      remember,
      apply: (request: object) => ({ ...request, temperature: undefined }),
    },
  });

  it('try the same target at once, with a warning, without counting as an attempt or a failure', async () => {
    const { majordomo, requestCounts } = world({
      'a/x': [
        { fail: 'invalid-request', details: recovery('temperature') },
        ({ temperature }) => `t=${temperature ?? 'none'}`,
      ],
    });
    const response = await majordomo.model('a/x').generate({ ...hi, temperature: 1 }, { attempts: 1 });
    expect(response.text).toBe('t=none');
    expect(response.warnings).toEqual([
      { action: 'repaired', what: 'temperature dropped', why: 'a/x reported invalid-request' },
    ]);
    expect(requestCounts.get('a/x')).toBe(2);
    expect(majordomo.health.snapshot()).toEqual({});
  });

  it('happen once per id in a call', async () => {
    const { majordomo, requestCounts } = world({
      'a/x': [{ fail: 'invalid-request', details: recovery('temperature') }],
    });
    expect((await failure(majordomo.model('a/x').generate(hi))).kind).toBe('invalid-request');
    expect(requestCounts.get('a/x')).toBe(2);
  });

  it('marked to be remembered apply to later calls', async () => {
    const { majordomo, requestCounts } = world({
      'a/x': [
        { fail: 'invalid-request', details: recovery('temperature', true) },
        ({ temperature }) => `t=${temperature ?? 'none'}`,
      ],
    });
    const model = majordomo.model('a/x');
    await model.generate({ ...hi, temperature: 1 });
    const second = await model.generate({ ...hi, temperature: 1 });
    expect([second.text, requestCounts.get('a/x'), second.warnings[0]?.why]).toEqual([
      't=none',
      3,
      'an earlier call was refused',
    ]);
  });

  it('are remembered only if the target accepts the changed request', async () => {
    const { majordomo } = world({
      'a/x': [
        { fail: 'invalid-request', details: recovery('temperature', true) },
        { fail: 'invalid-request' },
        ({ temperature }) => `t=${temperature ?? 'none'}`,
      ],
    });
    const model = majordomo.model('a/x');
    expect((await failure(model.generate({ ...hi, temperature: 1 }))).kind).toBe('invalid-request');
    const second = await model.generate({ ...hi, temperature: 1 });
    expect([second.text, second.warnings]).toEqual(['t=1', []]);
  });

  it('are remembered at the first content of a stream, whose end a caller may not read', async () => {
    const { majordomo, requestCounts } = world({
      'a/x': [{ fail: 'invalid-request', details: recovery('temperature', true) }, 'ok'],
    });
    const model = majordomo.model('a/x');
    for await (const event of model.stream({ ...hi, temperature: 1 })) if (event.type === 'text-delta') break;
    await model.generate({ ...hi, temperature: 1 });
    expect(requestCounts.get('a/x')).toBe(3);
  });

  it('that change nothing in a later call add no warning to it', async () => {
    const recover: Recovery = {
      id: 'temperature',
      what: 'temperature dropped',
      remember: true,
      apply: (request) =>
        request.temperature === undefined ? request : { ...request, temperature: undefined },
    };
    const { majordomo } = world({ 'a/x': [{ fail: 'invalid-request', details: { recover } }, 'ok'] });
    const model = majordomo.model('a/x');
    const first = await model.generate({ ...hi, temperature: 1 });
    expect([first.warnings.length, (await model.generate(hi)).warnings]).toEqual([1, []]);
  });

  const counted = (id: string): Recovery => ({ id, what: id, apply: (request) => request });
  const key = (id: string): Recovery => ({ ...counted(id), changesCredential: true });
  const ids = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
  const four = ids.slice(0, 4).map(counted);

  it.each<[string, readonly Recovery[], boolean]>([
    ['are used four times', four, true],
    ['are not used a fifth time', [...four, counted('e')], false],
    [
      'are not used a fifth time if the credential stays the same',
      [...four, { ...counted('e'), changesCredential: false }],
      false,
    ],
    ['are used for each credential of a pool', ids.map(key), true],
    ['are used for another credential after four recoveries', [...four, key('e')], true],
    ['are used four times after other credentials', [key('e'), key('f'), ...four], true],
    ['are not used a fifth time after another credential', [...four, key('e'), counted('f')], false],
  ])('%s', async (_, recoveries, isUsed) => {
    const turns = recoveries.map((recover): Turn => ({ fail: 'quota', details: { recover } }));
    const { majordomo, requestCounts } = world({ 'a/x': [...turns, 'ok'] });
    const call = majordomo.model('a/x').generate(hi, { attempts: 1 });
    if (isUsed) expect((await call).text).toBe('ok');
    else expect((await failure(call)).kind).toBe('quota');
    expect(requestCounts.get('a/x')).toBe(recoveries.length + (isUsed ? 1 : 0));
  });
});
