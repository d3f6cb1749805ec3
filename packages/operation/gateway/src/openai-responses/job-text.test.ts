import type { ChatJob } from '@majordomo/background';
import { LlmError, type StreamEvent } from '@majordomo/core';
import { expect, it } from 'vitest';
import type { StoredResponse } from '../response-store.ts';
import { JobText } from './job-text.ts';

const PART = { type: 'text', text: 'an answer' } as const;
const USAGE = { input: 1, output: 2, cacheRead: 0, cacheWrite: 0, reasoning: 0 };
const EVENTS: readonly StreamEvent[] = [
  { type: 'part-start', index: 0, part: { type: 'text', text: '' } },
  { type: 'text-delta', index: 0, text: 'an answer' },
  { type: 'part-end', index: 0, part: PART },
  { type: 'finish', reason: 'stop', usage: USAGE, parts: [PART] },
] as unknown as readonly StreamEvent[];

const stored = (status: string): StoredResponse => ({
  owner: null,
  ancestors: [],
  input: [],
  response: { id: 'resp_1', model: 'gpt', status, output: [] },
  job: { background: true },
});

/** Returns the event stream of a job whose store fails after these events. The response has this status then; `undefined`: it was deleted. */
async function textOf(events: readonly StreamEvent[], status: string | undefined): Promise<string> {
  async function* failing(): AsyncGenerator<StreamEvent> {
    yield* events;
    throw new LlmError('network', 'the store is down');
  }
  const job = { stream: () => Object.assign(failing(), { cursor: '1.1' }) } as unknown as ChatJob;
  const source = new JobText({
    id: 'resp_1',
    stored: stored('in_progress'),
    job,
    responses: { get: () => Promise.resolve(status === undefined ? undefined : stored(status)) },
    after: -1,
    signal: new AbortController().signal,
  });
  const texts: string[] = [];
  for (let text = await source.next(); text !== undefined; text = await source.next()) texts.push(text);
  return texts.join('');
}

/** Returns the names of the events of a job whose store fails after this number of events. */
const namesOf = async (count: number, status: string): Promise<readonly string[]> =>
  [...(await textOf(EVENTS.slice(0, count), status)).matchAll(/^event: (.*)$/gm)].map(
    ([, name = '']) => name,
  );

it('writes one last event if the store fails after the end of the answer', async () => {
  const names = await namesOf(EVENTS.length, 'completed');
  expect(names.filter((name) => name === 'response.completed')).toHaveLength(1);
  expect(names.at(-1)).toBe('response.completed');
});

it('writes nothing for a warning, which another reading of the job may lack', async () => {
  const warning = { type: 'warning', warning: { action: 'dropped', what: 'seed', why: 'unsupported' } };
  const events = EVENTS.flatMap((event) => [warning as unknown as StreamEvent, event]);
  expect(await textOf(events, 'completed')).toBe(await textOf(EVENTS, 'completed'));
});

it('does not complete a response whose events are not written, if the store fails', async () => {
  await expect(namesOf(2, 'completed')).rejects.toMatchObject({
    kind: 'unavailable',
    cause: { kind: 'network' },
  });
});

it('rejects the end of a response that has been deleted', async () => {
  await expect(textOf(EVENTS, undefined)).rejects.toMatchObject({ kind: 'no-such-object' });
});

it('ends with the failure of a job that has failed', async () => {
  expect((await namesOf(2, 'failed')).at(-1)).toBe('response.failed');
  expect((await namesOf(2, 'cancelled')).at(-1)).toBe('response.failed');
});
