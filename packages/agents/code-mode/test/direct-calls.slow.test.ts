import { createAgent, defineTool, type Tool, type Toolbox } from '@majordomo/agent';
import { createMajordomo, type JsonObject } from '@majordomo/core';
import { guardedToolbox } from '@majordomo/guards';
import { seeded } from '@majordomo/test-support';
import { fakeProvider, type Turn } from '@majordomo/testing';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { codeMode } from '../src/index.ts';
import { plain, results, sandbox, SLOW } from './programs.ts';

type Call = readonly [name: string, args: JsonObject];

const ARGS: readonly JsonObject[] = [{}, { n: 1 }, { n: 'x' }, { vault: true }, { n: 2, deep: [{}] }];

/** Returns tools, and the log of the calls that ran. */
function loggedTools(): { readonly tools: readonly Tool[]; readonly log: string[] } {
  const log: string[] = [];
  const logged = (name: string, args: object): object => {
    log.push(`${name} ${JSON.stringify(args)}`);
    return args;
  };
  const strict = defineTool({
    name: 'strict',
    description: '',
    parameters: z.object({ n: z.number().default(7) }),
    run: (args) => logged('strict', args),
  });
  const failing = plain('failing', (args: object) => {
    logged('failing', args);
    throw new TypeError('no entry');
  });
  const capped = plain('capped', (args: object) => logged('capped', args), { maxCalls: 2 });
  return { log, tools: [plain('echo', (args: object) => logged('echo', args)), strict, failing, capped] };
}

/** Runs an agent whose model gives these turns. Returns the results, and the calls that observers saw. */
async function observed(turns: readonly Turn[], tools: readonly Tool[], wrap: (toolbox: Toolbox) => Toolbox) {
  const fake = fakeProvider({ id: 'f', models: { m: [...turns, 'Done.'] } });
  const model = createMajordomo({ providers: [fake] }).model('f/m');
  const deny = {
    name: 'no-vault',
    check: ({ args }: { readonly args?: JsonObject | undefined }) =>
      args?.['vault'] === true ? { deny: 'closed' } : undefined,
  };
  const toolbox = guardedToolbox(wrap({ name: 'direct', tools }), { checks: [deny] });
  const seen: string[] = [];
  const { messages } = await createAgent({ model, toolboxes: [toolbox] }).run('go', {
    onToolStart: ({ call }) =>
      void (call.name === 'run_code' || seen.push(`${call.name} ${JSON.stringify(call.args)}`)),
  });
  return { texts: results(messages), seen };
}

describe('calls of a program', SLOW, () => {
  it.each([1, 2, 3, 4])(
    'have the results, limits, guards and observers of direct calls (seed %i)',
    async (seed) => {
      const random = seeded(seed);
      const [direct, inner] = [loggedTools(), loggedTools()];
      const names = direct.tools.map(({ name }) => name);
      const calls = Array.from({ length: 9 }, (): Call => [names[random(4)] ?? '', ARGS[random(5)] ?? {}]);
      const code = `
      const texts = [];
      for (const [name, args] of ${JSON.stringify(calls)})
        texts.push(await tools[name](args).then((value) => JSON.stringify(value), (error) => '!' + error.message));
      return texts;`;
      const turns = calls.map(([name, args], n): Turn => ({ toolCalls: [{ id: `c${n}`, name, args }] }));
      const expected = await observed(turns, direct.tools, (toolbox) => toolbox);
      const actual = await observed(
        [{ toolCalls: [{ name: 'run_code', args: { code } }] }],
        inner.tools,
        ({ tools }) => codeMode({ sandbox, tools }),
      );
      const { value } = JSON.parse(actual.texts[0] ?? '') as { readonly value: readonly string[] };
      expect(value).toEqual(expected.texts);
      expect(inner.log).toEqual(direct.log);
      expect(actual.seen).toEqual(expected.seen);
    },
  );

  it('end at once when the run is aborted, at any moment', async () => {
    for (const ms of [0, 3, 9, 20]) {
      const controller = new AbortController();
      let calls = 0;
      const look = plain('look', () => (calls += 1));
      const turn: Turn = {
        toolCalls: [{ name: 'run_code', args: { code: 'for (;;) await tools.look({});' } }],
      };
      const model = createMajordomo({ providers: [fakeProvider({ id: 'f', models: { m: [turn] } })] }).model(
        'f/m',
      );
      const agent = createAgent({ model, toolboxes: [codeMode({ sandbox, tools: [look], maxCalls: 1e9 })] });
      const run = agent.run('go', { signal: controller.signal });
      await expect.poll(() => calls, { timeout: 50_000 }).toBeGreaterThan(ms);
      controller.abort();
      const atAbort = calls;
      await expect(run).rejects.toThrow('aborted');
      expect(calls).toBe(atAbort);
    }
  });
});
