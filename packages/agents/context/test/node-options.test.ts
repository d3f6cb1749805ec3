import { tmpdir } from 'node:os';
import { expect, it } from 'vitest';
import { contextFiles, resolveReferences } from '../src/node.ts';

const folder = tmpdir();

it.each<[object, string]>([
  [{ root: undefined }, 'root is missing; it must be a string'],
  [{ maxTokens: undefined }, 'maxTokens is missing; it must be a number of 0 or more'],
  [{ maxTokens: -1 }, 'maxTokens must be a number of 0 or more, not -1'],
])('rejects references with the options %j: %s', async (options, problem) => {
  const all = { root: folder, maxTokens: 0, ...options } as Parameters<typeof resolveReferences>[1];
  await expect(resolveReferences('', all)).rejects.toMatchObject({
    kind: 'config',
    message: `resolveReferences: ${problem}`,
    details: { path: Object.keys(options)[0] },
  });
});

it.each<[object, string]>([
  [{ cwd: undefined }, 'cwd is missing; it must be a string'],
  [{ limit: 0 }, 'limit must be a number of 1 or more, not 0'],
  [{ onSuspicion: 'drop' }, 'onSuspicion must be one of block, warn, wrap'],
])('rejects context files with the options %j: %s', async (options, problem) => {
  const all = { cwd: folder, ...options } as Parameters<typeof contextFiles>[0];
  await expect(contextFiles(all)).rejects.toMatchObject({
    kind: 'config',
    message: `contextFiles: ${problem}`,
    details: { path: Object.keys(options)[0] },
  });
});

it('accepts a budget of no tokens', async () => {
  const options = { root: folder, maxTokens: 0 };
  expect(await resolveReferences('hi', options)).toEqual({
    parts: [{ type: 'text', text: 'hi' }],
    warnings: [],
  });
});
