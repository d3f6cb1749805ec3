import { createMajordomo } from '@majordomo/core';
import { createCli } from '@majordomo/provider-cli';
import { fakeProvider } from '@majordomo/testing';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { suiteFolder } from '@majordomo/test-support';
import { beforeAll, describe, expect, it } from 'vitest';
import { createAgent, type AgentOptions } from '../src/index.ts';
import { plain } from './support/tools.ts';
import { calls, faultOf } from './support/world.ts';

const folder = suiteFolder();
const command = (): string => path.join(folder, 'claude');
const prompts = (): Promise<string> => readFile(path.join(folder, 'prompt'), 'utf8').catch(() => '');

const cliOutput = {
  type: 'result',
  subtype: 'success',
  is_error: false,
  result: 'All done.',
  stop_reason: 'end_turn',
};

beforeAll(async () => {
  const script = `#!/bin/sh\ncat >> '${folder}/prompt'\necho '${JSON.stringify(cliOutput)}'\n`;
  await writeFile(command(), script, { mode: 0o755 });
});

const look = plain('look', () => 'seen by the tool');

/** Returns an agent over a CLI and a fake model that calls the tool and answers. */
function createTestAgent(
  spec: string,
  options: (cli: AgentOptions['model']) => Partial<AgentOptions> = () => ({}),
) {
  const fake = fakeProvider({ id: 'f', models: { m: [calls(['c1', 'look']), { text: 'Seen.' }] } });
  const cli = createCli({
    id: 'cli',
    cli: 'claude',
    command: command(),
    childEnv: { PATH: '/bin:/usr/bin' },
  });
  const majordomo = createMajordomo({ providers: [fake, cli], chain: { attempts: 1 } });
  return createAgent({ model: majordomo.model(spec), ...options(majordomo.model('cli/default')) });
}

describe('a CLI, which does not support tools', () => {
  it('is skipped by an agent that has tools', async () => {
    const result = await createTestAgent('cli/default,f/m', () => ({ tools: [look] })).run('Look.');
    expect([result.text, result.done, await prompts()]).toEqual(['Seen.', 'answered', '']);
  });

  it('answers a step that offers no tools, and receives the tool results as text', async () => {
    const agent = createTestAgent('f/m', (model) => ({
      tools: [look],
      prepareStep: ({ step }) => (step === 2 ? { model, tools: [] } : undefined),
    }));
    const { text, done, messages } = await agent.run('Look.');
    expect([text, done, faultOf(messages)]).toEqual(['All done.', 'answered', undefined]);
    expect(await prompts()).toContain('seen by the tool');
  });
});
