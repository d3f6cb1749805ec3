import { fnv1a } from '@majordomo/core/toolkit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fittedNames } from '../src/client/names.ts';

const named = (prefix: string, ...names: string[]): readonly (string | undefined)[] => {
  const fitted = fittedNames(prefix, names);
  return names.map((name) => fitted.get(name));
};

describe('names of a server', () => {
  it('that are valid are unchanged after the prefix', () => {
    expect(named('files_', 'read', 'write-all')).toEqual(['files_read', 'files_write-all']);
  });

  it('with other characters get underscores and remain distinct', () => {
    expect(named('', 'a.b')).toEqual(['a_b']);
    expect(named('', 'a_b', 'a.b', 'a/b')).toEqual([
      'a_b',
      expect.stringMatching(/^a_b_\w{4,7}$/),
      expect.stringMatching(/^a_b_\w{4,7}$/),
    ]);
  });

  it('with 64 characters are unchanged, and longer ones get a hash', () => {
    expect(named('', 'x'.repeat(64))).toEqual(['x'.repeat(64)]);
    expect(named('p_', 'x'.repeat(62))).toEqual([`p_${'x'.repeat(62)}`]);
    const [long = '', dotted = ''] = named('', 'x'.repeat(65), `${'y'.repeat(64)}.`);
    expect([long.length, dotted.length]).toEqual([64, 64]);
    expect(long).toMatch(/^x{56,}_\w{4,7}$/);
    expect(named('', `${'z'.repeat(63)}.`)).toEqual([`${'z'.repeat(63)}_`]);
  });

  it('end with a hash of the complete name, or of the name and a number if that is taken', () => {
    const hash = (text: string): string => `a_b_${fnv1a(text).toString(36)}`;
    expect(named('', 'a_b', 'a.b')).toEqual(['a_b', hash('a.b')]);
    expect(named('', hash('a.b'), 'a_b', 'a.b')).toEqual([hash('a.b'), 'a_b', hash('a.b#1')]);
    const others = [hash('a.b'), hash('a.b#1')];
    expect(named('', ...others, 'a_b', 'a.b')).toEqual([...others, 'a_b', hash('a.b#2')]);
  });

  it('without characters are an underscore', () => {
    expect(named('', '')).toEqual(['_']);
  });

  it('do not depend on their order', () => {
    const names = ['a.b', 'a_b', 'ä', 'x'.repeat(80), `${'x'.repeat(80)}y`];
    const there = fittedNames('p_', names);
    const back = fittedNames('p_', names.toReversed());
    expect(names.map((name) => back.get(name))).toEqual(names.map((name) => there.get(name)));
  });

  it('are unique and valid at every vendor, with at most 64 characters', () => {
    const name = fc.oneof(
      fc.string({ maxLength: 90, unit: 'grapheme' }),
      fc.constantFrom('a', 'a.', 'a_', '', '_'),
    );
    fc.assert(
      fc.property(fc.string({ maxLength: 70 }), fc.uniqueArray(name, { maxLength: 20 }), (prefix, names) => {
        const fitted = named(prefix, ...names);
        expect(new Set(fitted).size).toBe(names.length);
        for (const one of fitted) expect(one).toMatch(/^[A-Za-z0-9_-]{1,64}$/);
      }),
    );
  });
});
