import { describe, expect, it } from 'vitest';
import { Fields } from './fields.ts';
import { Notes } from './notes.ts';
import { cacheOf } from './openai.ts';

const parseCache = (body: Readonly<Record<string, unknown>>): unknown =>
  cacheOf(new Fields(body, ''), new Notes());
const options = (mode: string | undefined, ttl?: string): object => ({ prompt_cache_options: { mode, ttl } });
const marked = {
  messages: [{ content: [{ type: 'text', text: 'a', prompt_cache_breakpoint: { mode: 'explicit' } }] }],
};

describe('the cache setting of an OpenAI request', () => {
  it.each<[object, unknown]>([
    [{}, undefined],
    [{ prompt_cache_retention: 'in_memory' }, undefined],
    [{ prompt_cache_retention: '24h' }, { prefix: 'long', messages: 'long' }],
    [{ prompt_cache_key: 'k' }, { key: 'k' }],
    [options('implicit', '30m'), { prefix: 'short', messages: 'short' }],
    [options(undefined, '12h'), { prefix: 'long', messages: 'long' }],
    [options('explicit'), 'none'],
    [{ ...options('explicit'), prompt_cache_key: 'k' }, 'none'],
    [{ ...options('explicit', '12h'), ...marked }, { prefix: 'long' }],
    [
      { ...options('implicit'), prompt_cache_key: 'k' },
      { prefix: 'short', messages: 'short', key: 'k' },
    ],
    [{ ...options('explicit'), messages: [{ content: '"prompt_cache_breakpoint": {}' }] }, 'none'],
  ])('of %j is %j', (body, expected) => {
    expect(parseCache({ ...body })).toEqual(expected);
  });

  it.each([
    ['prompt_cache_key', { prompt_cache_key: '' }],
    ['prompt_cache_key', { prompt_cache_key: 'k'.repeat(65) }],
    ['prompt_cache_options.mode', options('later')],
    ['prompt_cache_options.ttl', options('implicit', '1h')],
  ])('names %s of an invalid request', (path, body) => {
    expect(() => parseCache({ ...body })).toThrow(path);
  });
});
