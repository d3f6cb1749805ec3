import { describe, expect, it } from 'vitest';
import { Refusal } from '../errors/refusal.ts';
import { mergedText, type TextSource } from './text-source.ts';

const refusal = new Refusal('busy', 'later');

describe('merged sources', () => {
  it('return the strings of all sources in the order of their arrival', async () => {
    const pendingReads = new Map<string, (value: string | undefined) => void>();
    const source = (name: string): TextSource => ({
      next: () => new Promise((resolve) => pendingReads.set(name, resolve)),
      fail: () => name,
    });
    const merged = mergedText([source('a'), source('b')]);
    const read = async (name: string, value: string | undefined): Promise<string | undefined> => {
      const next = merged.next();
      pendingReads.get(name)?.(value);
      return next;
    };
    expect([await read('b', 'b1'), await read('a', 'a1'), await read('b', 'b2')]).toEqual(['b1', 'a1', 'b2']);
    const last = merged.next();
    pendingReads.get('b')?.(undefined);
    pendingReads.get('a')?.('a2');
    expect(await last).toBe('a2');
    expect(await read('a', undefined)).toBeUndefined();
    expect(merged.fail(refusal)).toBe('a');
  });

  it('reject with the error of any source, which is not an unhandled rejection', async () => {
    const error = new Error('cut');
    const failingSource: TextSource = { next: () => Promise.reject(error), fail: () => '' };
    const merged = mergedText([failingSource]);
    await new Promise((resolve) => setImmediate(resolve));
    await expect(merged.next()).rejects.toBe(error);
  });
});
