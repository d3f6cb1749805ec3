import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createMajordomo } from '@majordomo/core';
import fc from 'fast-check';
import { suiteFolder } from '@majordomo/test-support';
import { describe, expect, it } from 'vitest';
import { Stop } from '../program/exit.ts';
import type { Io } from '../program/io.ts';
import { loadSettings } from './settings.ts';
import { setTrust } from './trust.ts';

const cwd = suiteFolder();

/** Returns the error for a configuration with this text, or `undefined`. */
async function errorFor(text: string): Promise<string | undefined> {
  const file = join(cwd, 'majordomo.config.json');
  writeFileSync(file, text);
  setTrust(file, readFileSync(file), { home: cwd, env: {} });
  try {
    const { aliases, env, chain, providers, model } = await loadSettings({
      cwd,
      home: cwd,
      env: {},
    } as unknown as Io);
    createMajordomo({ aliases, env, chain, providers });
    expect(['string', 'undefined']).toContain(typeof model);
    return undefined;
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
    return error.message;
  }
}

describe('a configuration', () => {
  it.each([
    ['null', 'contains no configuration object'],
    ['[]', 'contains no configuration object'],
    ['"openai/gpt-x"', 'contains no configuration object'],
    ['{"model":5}', 'model must be a string, not a number'],
    ['{"aliases":null}', 'aliases must be an object, not null'],
    ['{"aliases":{"fast":5}}', 'aliases.fast must be a string, not a number'],
    ['{"env":["A=b"]}', 'env must be an object, not an array'],
    ['{"providers":null}', 'providers must be an array, not null'],
    ['{"providers":[null]}', 'providers[0] must be an object, not null'],
    ['{"chain":[]}', 'chain must be an object, not an array'],
    [
      '{"chain":{"attempts":0}}',
      'majordomo.config.json: chain.attempts must be a number of 1 or more, not 0',
    ],
    ['{"constructor":{}}', 'constructor is not a known member'],
    ['{"__proto__":{}}', '__proto__ is not a known member'],
  ])('%s is rejected: %s', async (text, expected) => {
    expect(await errorFor(text)).toContain(expected);
  });

  it('with a syntax error is reported without its text', async () => {
    const message = await errorFor('{"env":{"OPENAI_API_KEY":"c4nary"c4nary}}');
    expect(message).toMatch(/majordomo\.config\.json cannot be read: it is not valid JSON at position \d+$/);
  });

  it('can begin with a byte order mark', async () => {
    expect(await errorFor('\ufeff{"model":"lab/x"}')).toBeUndefined();
  });

  it('that throws is reported without keys from its message', async () => {
    const key = `sk-${'c4nary'.repeat(8)}`;
    const home = mkdtempSync(join(cwd, 'throwing-'));
    const file = join(home, 'majordomo.config.mjs');
    writeFileSync(file, `throw new Error('not with ${key}');`);
    setTrust(file, readFileSync(file), { home, env: {} });
    const loading = loadSettings({ cwd: home, home, env: {} } as unknown as Io);
    const error: unknown = await loading.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(Stop);
    expect(String(error)).toContain('cannot be read: not with ');
    expect(String(error)).not.toContain('c4nary');
  });

  it('of any shape is either read or rejected with a reason', async () => {
    const name = fc.constantFrom(
      'model',
      'system',
      'aliases',
      'env',
      'providers',
      'chain',
      '__proto__',
      'toString',
    );
    const value = fc.oneof(
      fc.jsonValue(),
      fc.dictionary(fc.constantFrom('a', '__proto__', 'LLM_X'), fc.jsonValue()),
    );
    const config = fc
      .array(fc.tuple(name, value), { maxLength: 3 })
      .map(
        (members) => `{${members.map(([key, member]) => `"${key}":${JSON.stringify(member)}`).join(',')}}`,
      );
    await fc.assert(
      fc.asyncProperty(fc.oneof(config, fc.json(), fc.string()), async (text) => {
        const message = await errorFor(text);
        expect(message === undefined || message.includes('majordomo.config.json')).toBe(true);
        expect(Object.getOwnPropertyNames(Object.prototype)).toHaveLength(12);
      }),
      { numRuns: 300, seed: 20_261_120 },
    );
  });
});
