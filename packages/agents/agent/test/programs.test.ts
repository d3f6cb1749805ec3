import { user, type Message } from '@majordomo/core';
import { describe, expect, it } from 'vitest';
import type { Answer } from '../src/index.ts';
import { begin, programWaits, steered } from '../src/steps.ts';
import { plain } from './support/tools.ts';
import { call, resultTexts, world } from './support/world.ts';

const look = plain('look', () => 'seen', { callers: ['program'] });

/** Returns the answer as if a program at the vendor had made its calls. */
const byProgram = (answer: Answer): Answer => ({
  ...answer,
  message: {
    role: 'assistant',
    parts: answer.message.parts.map((part) =>
      part.type === 'tool-call' ? { ...part, programId: 'p' } : part,
    ),
  },
});

const texts = (messages: readonly Message[]): string[] =>
  messages.flatMap((message) =>
    message.role === 'system'
      ? []
      : message.parts.map((part) => (part.type === 'text' ? part.text : part.type)),
  );

describe('a program at the vendor', () => {
  it('receives the results of its calls before the messages of `steer`', async () => {
    const steering = ['First.', 'Second.'];
    const { agent } = world([call('look'), call('look'), 'done'], {
      tools: [look],
      steer: ({ steps }) => (steps === 0 ? [] : [user(steering.shift() ?? '')]),
    });
    const effects = agent.effects({ runId: 'r', signal: new AbortController().signal });
    let turns = 0;
    const { messages } = await agent.drive(agent.begin('go'), {
      ...effects,
      decisions: () => Promise.resolve([]),
      // The first turn is of a program, and the second of the model.
      callModel: async (state, turn) => {
        const answer = await effects.callModel(state, turn);
        return ++turns === 1 ? byProgram(answer) : answer;
      },
    });
    expect(texts(messages)).toEqual([
      'go',
      'tool-call',
      'tool-result',
      'tool-call',
      'tool-result',
      'First.',
      'done',
    ]);
    expect(resultTexts(messages)).toEqual(['seen', 'seen']);
  });

  it('offers its callers to the model call', async () => {
    const { agent, requests } = world(['done'], {
      tools: [look, { ...look, name: 'plain', callers: undefined }],
    });
    const { state } = await agent.run('go');
    expect(state.warnings).toMatchObject([{ action: 'coerced', what: 'callers of look' }]);
    expect(requests[0]?.request.tools.map(({ name }) => name)).toEqual(['look', 'plain']);
  });

  it('waits only while results are the last messages', () => {
    const turn = {
      role: 'assistant',
      parts: [{ type: 'tool-call', id: '1', name: 'look', args: {}, programId: 'p' }],
    } as const;
    const state = begin([user('go'), turn]);
    expect(programWaits(state)).toBe(true);
    expect(programWaits(steered(state, [user('Stop.')]))).toBe(false);
    expect(programWaits(begin([user('go')]))).toBe(false);
  });
});
