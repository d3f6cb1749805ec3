import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { toolResult, user, type Message } from '@majordomo/core';
import { toLine, type Trajectory } from '@majordomo/trajectory';
import { beforeEach, expect, it } from 'vitest';
import { fromTrajectories } from '../src/index.ts';
import { testFolder } from './support/fixture.ts';
import { callsOf } from './support/recorded-calls.ts';

let folder: string;
beforeEach(() => {
  folder = testFolder();
});

const messages: readonly Message[] = [
  user('Where is my order?'),
  { role: 'assistant', parts: [{ type: 'tool-call', id: '1', name: 'find', args: { q: 'order' } }] },
  toolResult({ callId: '1', name: 'find', content: 'at the neighbor' }),
  { role: 'assistant', parts: [{ type: 'text', text: 'At the neighbor.' }] },
];
const run: Trajectory = {
  version: 1,
  id: 'run-1',
  at: '2026-11-01T00:00:00.000Z',
  spec: 'support',
  targets: ['openai/gpt-5.4', 'anthropic/claude-sonnet-5'],
  system: 'Help.',
  tools: [{ name: 'find', description: 'Finds.', parameters: { type: 'object' } }],
  messages,
  usage: undefined,
  outcome: 'answered',
  metadata: { team: 'a' },
};

it('returns each turn of a run with the request that led to it', async () => {
  const file = join(folder, 'runs.jsonl');
  await writeFile(file, `${toLine(run)}\n{"version":1,"id":`);
  expect(await callsOf(fromTrajectories(file))).toEqual([
    {
      id: 'run-1/1',
      at: run.at,
      name: 'support',
      metadata: { conversation: 'run-1', team: 'a' },
      request: { system: 'Help.', tools: run.tools, messages: messages.slice(0, 1) },
      response: {
        parts: messages[1]?.parts,
        finish: 'tool-calls',
        target: 'openai/gpt-5.4',
        usage: undefined,
      },
    },
    {
      id: 'run-1/2',
      at: run.at,
      name: 'support',
      metadata: { conversation: 'run-1', team: 'a' },
      request: { system: 'Help.', tools: run.tools, messages: messages.slice(0, 3) },
      response: {
        parts: messages[3]?.parts,
        finish: 'stop',
        target: 'anthropic/claude-sonnet-5',
        usage: undefined,
      },
    },
  ]);
});

it('omits the turns of earlier runs, which have their own line', async () => {
  const file = join(folder, 'runs.jsonl');
  await writeFile(file, `${toLine({ ...run, targets: ['openai/gpt-5.4'] })}\n`);
  expect(await callsOf(fromTrajectories([file]))).toMatchObject([
    { id: 'run-1/2', response: { target: 'openai/gpt-5.4' } },
  ]);
});

it('rejects with the file and the line of something else', async () => {
  const file = join(folder, 'runs.jsonl');
  await writeFile(file, `${toLine(run)}\n{"version":2}\n${toLine(run)}\n`);
  await expect(callsOf(fromTrajectories(file))).rejects.toThrow(`${file}:2: the line cannot be read: `);
  await expect(callsOf(fromTrajectories(join(folder, 'none')))).rejects.toThrow('the file does not exist');
});
