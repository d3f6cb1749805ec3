import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { suiteFolder } from '@majordomo/test-support';
import { beforeAll, expect, test } from 'vitest';
import { ROOT } from '../../src/repository.ts';

type Core = typeof import('@majordomo/core');

/** Two lockfiles, one process: an app's core, and the one that its provider was installed with. */
const scratch = suiteFolder();
let app: Core;
let other: Core;

const load = async <T>(folder: string, file: string): Promise<T> => (await import(join(folder, file))) as T;

beforeAll(async () => {
  const dist = join(ROOT, 'packages/base/core/dist');
  cpSync(dist, join(scratch, 'dist'), { recursive: true });
  app = await load<Core>(dist, 'index.js');
  other = await load<Core>(join(scratch, 'dist'), 'index.js');
});

test('these are two copies', () => {
  expect(other.LlmError).not.toBe(app.LlmError);
});

test('an error of one copy is known to the other, by kind', () => {
  const error = new other.LlmError('overloaded', 'busy');
  expect(app.LlmError.is(error, 'overloaded')).toBe(true);
  expect(app.LlmError.is(error, 'auth')).toBe(false);
  expect(app.LlmError.is(new Error('busy'))).toBe(false);
});

test('a chain of one copy runs a provider that was built on the other, and fails over by its errors', async () => {
  const { LlmError } = other;
  const provider: Parameters<Core['createMajordomo']>[0]['providers'][number] = {
    spi: 1,
    id: 'foreign',
    model: (id) => ({
      id,
      families: [],
      capabilities: {},
      async *stream(_request, { target }) {
        if (id === 'down') throw new LlmError('not-found', 'gone', { target });
        yield [
          { type: 'start', target, id: undefined },
          { type: 'part-end', index: 0, part: { type: 'text', text: 'hello' } },
          { type: 'finish', target, reason: 'stop', raw: 'stop', usage: undefined },
        ];
      },
    }),
  };
  const model = app.createMajordomo({ providers: [provider] }).model('foreign/down,foreign/up');
  const response = await model.generate({ messages: [app.user('hi')] });
  expect([response.text, response.attempts.map(({ error }) => error?.kind)]).toEqual([
    'hello',
    ['not-found', undefined],
  ]);
});
