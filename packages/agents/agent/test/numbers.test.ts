import { createMajordomo } from '@majordomo/core';
import { fakeProvider } from '@majordomo/testing';
import { describe, expect, it } from 'vitest';
import { createAgent, defineTool, type AgentOptions } from '../src/index.ts';

const fake = fakeProvider({ id: 'f', models: { m: ['hi'] } });
const model = createMajordomo({ providers: [fake] }).model('f/m');
const tool = (limits: { timeoutMs?: number; maxResultChars?: number }): AgentOptions => ({
  model,
  tools: [
    defineTool({ name: 'look', description: 'd', parameters: { type: 'object' }, run: () => 'x', ...limits }),
  ],
});

describe('an invalid number is rejected with its path', () => {
  it.each<[string, (value: number) => AgentOptions]>([
    ['maxSteps', (maxSteps) => ({ model, maxSteps })],
    ['loopLimits.errorSteps', (errorSteps) => ({ model, loopLimits: { errorSteps } })],
    ['loopLimits.repeats', (repeats) => ({ model, loopLimits: { repeats } })],
    ['timeoutMs of tool "look"', (timeoutMs) => tool({ timeoutMs })],
    ['maxResultChars of tool "look"', (maxResultChars) => tool({ maxResultChars })],
  ])('%s', (path, optionsWith) => {
    for (const invalid of [NaN, -1, '5', null]) {
      expect(() => createAgent(optionsWith(invalid as number))).toThrow(
        expect.objectContaining({ kind: 'config', details: expect.objectContaining({ path }) as object }),
      );
    }
    expect(() => createAgent(optionsWith(Infinity))).not.toThrow();
  });

  it('maxSteps that a function returns', async () => {
    const agent = createAgent({ model, maxSteps: () => NaN });
    await expect(agent.run('hi')).rejects.toMatchObject({ kind: 'config', details: { path: 'maxSteps' } });
  });
});

describe('invalid tools, toolboxes and skills are rejected', () => {
  it.each<[string, object]>([
    ['tools', { tools: [null] }],
    ['tools', { tools: ['look'] }],
    ['toolboxes[0]', { toolboxes: [null] }],
    ['toolboxes[0]', { toolboxes: [{ tools: [] }] }],
    ['tools', { toolboxes: [{ name: 'box' }] }],
    ['tools', { toolboxes: [{ name: 'box', tools: [5] }] }],
    ['skills[1]', { skills: [{ name: 'a' }, 'b'] }],
    ['tools', { skills: [{ name: 'a', tools: {} }] }],
  ])('%s of %j', (path, options) => {
    expect(() => createAgent({ model, ...options })).toThrow(
      expect.objectContaining({ kind: 'config', details: expect.objectContaining({ path }) as object }),
    );
  });
});

describe('an option of another library is rejected with the name to use', () => {
  it.each([
    ['system', 'instructions'],
    ['maxTurns', 'maxSteps'],
  ])('%s of an agent', (name, replacement) => {
    expect(() => createAgent({ model, [name]: 'x' })).toThrow(
      `createAgent: ${name} is not an option; use ${replacement}`,
    );
  });

  it('execute of a tool', () => {
    const execute = { name: 'look', description: 'd', parameters: {}, execute: () => 'x' };
    expect(() => defineTool(execute as never)).toThrow('defineTool: execute is not an option; use run');
  });
});
