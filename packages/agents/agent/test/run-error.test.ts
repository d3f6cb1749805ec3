import { inspect } from 'node:util';
import { LlmError } from '@majordomo/core';
import { describe, expect, it } from 'vitest';
import { RunError } from '../src/index.ts';
import { runError, world } from './support/world.ts';

const PROMPT = 'the prompt of a user';

describe('a RunError', () => {
  it('has the kind and the details of the model error', async () => {
    const { agent } = world([{ fail: 'auth' }]);
    const error = await runError(agent.run(PROMPT));
    expect([error.kind, error.name, error.details.target]).toEqual(['auth', 'RunError', 'f/m']);
    expect([LlmError.is(error), LlmError.is(error, 'auth'), LlmError.is(error, 'aborted')]).toEqual([
      true,
      true,
      false,
    ]);
    expect([RunError.is(error, 'auth'), RunError.is(error, 'aborted')]).toEqual([true, false]);
    expect(error.details.attempts).toHaveLength(1);
  });

  it('has the kind that all targets of a chain failed with', async () => {
    const { agent } = world([{ fail: 'rate-limit' }]);
    const error = await runError(agent.run('go'));
    expect([LlmError.is(error, 'rate-limit'), RunError.is(error, 'rate-limit')]).toEqual([true, true]);
  });

  it('contains the partial response', async () => {
    const { agent } = world([{ fail: 'network', after: 'Hel' }]);
    expect((await runError(agent.stream('go').result())).partial?.text).toBe('Hel');
  });

  it('does not contain the transcript in JSON or in inspected output', async () => {
    const error = await runError(world([{ fail: 'auth' }]).agent.run(PROMPT));
    expect(error.state.messages).toHaveLength(1);
    expect(JSON.stringify(error)).not.toContain(PROMPT);
    expect(inspect(error, { depth: 20 })).not.toContain(PROMPT);
    expect(JSON.parse(JSON.stringify(error))).toMatchObject({ name: 'RunError', kind: 'auth' });
  });

  it('is config if a function of the application failed', async () => {
    const bug = new Error('bug');
    const { agent } = world(['ok'], { prepareStep: () => Promise.reject(bug) });
    const error: unknown = await agent.run('go').catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: 'RunError', kind: 'config', cause: bug });
  });

  it('is not recognized in another LlmError', () => {
    const other = new LlmError('auth', 'no key');
    expect([other instanceof RunError, RunError.is(other)]).toEqual([false, false]);
  });
});
