import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { createMajordomo, LlmError, type ChatModel, type Majordomo } from '../src/index.ts';
import { failure } from './support/failure.ts';
import { hi, world } from './support/world.ts';

const output = z.object({});

type LineOfTheApp = (model: ChatModel, majordomo: Majordomo) => Promise<unknown>;

/** Calls of each operation by a function whose name the tests look for in the stack. */
const calls: Readonly<Record<string, LineOfTheApp>> = {
  generate: async function lineOfTheApp(model) {
    return await model.generate(hi);
  },
  async 'generate, awaited later'(model) {
    function lineOfTheApp(): Promise<unknown> {
      return model.generate(hi);
    }
    const answer = lineOfTheApp();
    answer.catch(() => undefined);
    await new Promise((resolve) => setImmediate(resolve));
    return answer;
  },
  stream: async function lineOfTheApp(model) {
    for await (const _event of model.stream(hi));
  },
  'response of a stream': function lineOfTheApp(model) {
    return model.stream(hi).response();
  },
  generateObject: function lineOfTheApp(model) {
    return model.generateObject({ ...hi, output });
  },
  streamObject: function lineOfTheApp(model) {
    return model.streamObject({ ...hi, output }).response();
  },
  'imageModel.generate': function lineOfTheApp({ spec }, majordomo) {
    return majordomo.imageModel(spec).generate({ prompt: 'a butler' });
  },
  resolve: function lineOfTheApp(_model, majordomo) {
    return majordomo.resolve('unknown');
  },
  listModels: function lineOfTheApp(_model, majordomo) {
    return majordomo.listModels('a');
  },
};

describe.each(['a/fails', 'a/fails,a/missing', 'typo', 'unknown/x'])('an error of %s', (spec) => {
  it.each(Object.entries(calls))(
    'has the line of the application that called %s',
    async (_name, callModel) => {
      const { majordomo } = world({ 'a/fails': [{ fail: 'auth' }], 'a/missing': [{ fail: 'not-found' }] });
      const error = await failure(callModel(majordomo.model(spec), majordomo));
      expect(error.stack).toMatch(/lineOfTheApp .*errors-of-a-call\.test\.ts/);
      expect(error.stack?.startsWith(`LlmError: ${error.message}\n`)).toBe(true);
    },
  );
});

describe('inspect of an error', () => {
  const inspectError = async (spec: string): Promise<readonly string[]> => {
    const { majordomo } = world({
      'a/full': [{ fail: 'overloaded', details: { status: 529, requestId: 'req_1' } }],
      'a/gone': [{ fail: 'not-found' }],
      'b/slow': [{ fail: 'timeout' }],
    });
    return inspect(await failure(majordomo.model(spec).generate(hi))).split('\n');
  };

  it('has one line per target of an exhausted chain, and the line of the application', async () => {
    const lines = await inspectError('a/full,a/gone,b/slow');
    expect(lines[0]).toBe('LlmError [exhausted]: no target of "a/full,a/gone,b/slow" answered');
    expect(lines.slice(1, 4)).toEqual([
      '  a/full: overloaded, reported overloaded (529, req_1) (2 times)',
      '  a/gone: not-found, reported not-found',
      '  b/slow: timeout, reported timeout (2 times)',
    ]);
    expect(lines[4]).toMatch(/^ {4}at .*errors-of-a-call\.test\.ts/);
    expect(lines.length).toBeLessThanOrEqual(12);
  });

  it('stays within twelve lines, however long the chain is', async () => {
    const targets = Array.from({ length: 30 }, (_, index) => `a/${index}`);
    const { majordomo } = world(
      Object.fromEntries(targets.map((target) => [target, [{ fail: 'not-found' }]])),
    );
    const spec = targets.join(',');
    const lines = inspect(await failure(majordomo.model(spec).generate(hi))).split('\n');
    expect(lines.length).toBeLessThanOrEqual(12);
    expect(lines.join('\n')).toMatch(/… and \d+ more targets/);
  });

  it('shows known details once and omits unknown ones', () => {
    const error = new LlmError(
      'protocol',
      'a/x answered\nnonsense',
      { target: 'a/x', status: 200, path: 'choices[0]', body: '{"choices":[]}', retryAfterMs: 5 },
      { cause: new TypeError('Cannot read properties', { cause: new Error('deeper') }) },
    );
    const text = inspect(error, { depth: 9, showHidden: true });
    expect(text.replaceAll(/\n {4}at .*/g, '')).toBe(
      `LlmError [protocol]: a/x answered nonsense
  status: 200, retryAfterMs: 5, path: choices[0]
  body: {"choices":[]}
  cause: TypeError: Cannot read properties <- Error: deeper`,
    );
    expect(inspect({ error }, { depth: 0 })).toContain('[LlmError protocol: a/x answered nonsense]');
  });

  it('shows the size of the partial response and the issues', () => {
    const partial = { id: undefined, target: 'a/x', parts: [], text: 'Once upon', usage: undefined };
    const issues = [{ path: ['steps', 0, 'title'], message: 'must be a string' }];
    const text = inspect(new LlmError('invalid-output', 'it does not fit', { partial, issues }));
    expect(text).toContain('\n  steps[0].title: must be a string\n');
    expect(text).toContain('\n  partial: 9 characters of text');
    expect(text).not.toContain('undefined');
  });

  it('shows the line of the application, not majordomo’s packages, if it was rejected at once', () => {
    const error = new LlmError('config', 'apikey is not an option');
    error.stack = `LlmError: apikey is not an option
    at checkMembers (file:///app/node_modules/@majordomo/core/dist/provider.js:4:1)
    at createOpenAI (C:\\app\\node_modules\\@majordomo\\provider-openai\\dist\\index.js:4:1)
    at lineOfTheApp (file:///app/models.ts:3:1)`;
    expect(inspect(error).split('\n').slice(1)).toEqual(['    at lineOfTheApp (file:///app/models.ts:3:1)']);
  });

  it('has the name LlmError', () => {
    expect(LlmError.name).toBe('LlmError');
    expect(createMajordomo.name).toBe('createMajordomo');
  });
});
