import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createMajordomo, user, type ChatRequest, type Message } from '@majordomo/core';
import { fakeProvider, type Turn } from '@majordomo/testing';
import { expect, it } from 'vitest';
import { replay, type RecordedCall, type ReplayReport } from '../src/index.ts';
import { testFolder } from './support/fixture.ts';
import { experimentOn, questionAt } from './support/recorded-calls.ts';

const RUNS = 20;
const PRESENT = 'openai/gpt-5.4';
const USAGE = { input: 400, output: 60, cacheRead: 0, cacheWrite: 0, reasoning: undefined };
const LIST: NonNullable<ChatRequest['tools']>[number] = {
  name: 'list',
  description: 'Lists orders.',
  parameters: { type: 'object', properties: {} },
};

const called = (more: object = {}): Message => ({
  role: 'assistant',
  parts: [{ type: 'tool-call', id: '1', name: 'list', args: {}, ...more }],
});
const answered = (text: string, isError = false): Message => ({
  role: 'tool',
  parts: [{ type: 'tool-result', callId: '1', name: 'list', content: [{ type: 'text', text }], isError }],
});

const runAt = (at: number, id: string, steps: readonly Message[], more: object = {}): RecordedCall => ({
  id: `${id}-${at}`,
  at: '2026-11-01T00:00:00.000Z',
  request: { messages: [user(`${id} ${questionAt(at)}`), ...steps], tools: [LIST], maxTokens: 100, ...more },
  response: { parts: [{ type: 'text', text: 'Done.' }], finish: 'stop', target: PRESENT, usage: USAGE },
  metadata: { kind: id },
});

/** Runs an experiment that follows runs, with a candidate that plays these turns in each of them. */
async function follow(
  calls: readonly RecordedCall[],
  turns: readonly Turn[],
  folder: string = testFolder(),
): Promise<ReplayReport> {
  const turn = ({ messages }: { readonly messages: readonly Message[] }): Turn =>
    turns[messages.filter(({ role }) => role === 'assistant').length] ?? 'Done.';
  const candidate = fakeProvider({
    id: 'openai',
    vendor: 'openai',
    models: { 'gpt-5.4-mini': Array.from({ length: 500 }, () => turn as never) },
  });
  const majordomo = createMajordomo({ providers: [candidate], chain: { attempts: 1 } });
  const more = { judge: () => 'worse' as const, sample: RUNS, follow: true };
  return replay(experimentOn(majordomo, calls, more), { folder });
}

const runs = (id: string, steps: readonly Message[], more: object = {}): readonly RecordedCall[] =>
  Array.from({ length: RUNS }, (_, at) => runAt(at, id, steps, more));

const SHELL = {
  type: 'vendor-call',
  id: '1',
  kind: 'shell',
  name: 'shell_call',
  args: {},
  replay: { family: 'openai', data: {} },
} as const;
const PAUSED: RecordedCall = {
  ...runAt(0, 'paused', []),
  response: { parts: [{ type: 'text', text: 'Wait' }], finish: 'incomplete', target: PRESENT, usage: USAGE },
};
const LIST_TURN: Turn = { toolCalls: [{ name: 'list', args: {} }], usage: USAGE };

it('excludes runs whose steps no other model can repeat, and states why', async () => {
  const unusual = [
    runAt(0, 'open', [called()]),
    runAt(0, 'shell', [{ role: 'assistant', parts: [SHELL] }]),
    runAt(0, 'removed', [called(), answered('none')], { tools: undefined }),
    runAt(0, 'steered', [
      called(),
      answered('none'),
      { role: 'system', parts: [{ type: 'text', text: 'End.' }] },
    ]),
    PAUSED,
  ];
  const report = await follow([...unusual, ...runs('normal', [called(), answered('none')])], [LIST_TURN]);
  expect(report.sample.excluded).toEqual({
    'a tool call of the run has no recorded result': 1,
    'the run calls a tool of the vendor, whose results other models cannot read': 1,
    'the run has called a tool that its last request does not have': 1,
    'the run contains instructions between its steps': 1,
    'the vendor paused the answer, so it does not end a run': 1,
  });
  expect(report.quality?.value).toBe(1);
});

it('does not answer a call with the result of a call whose arguments were not JSON', async () => {
  const invalid = called({ invalid: { raw: '{"page": ' } });
  const report = await follow(runs('invalid', [invalid, answered('no JSON', true)]), [LIST_TURN]);
  expect(report.divergences).toMatchObject([
    { type: 'other-arguments', tool: 'list', calls: RUNS, worse: RUNS },
  ]);
});

it('gives the results of one step to parallel calls that have the same id', async () => {
  const both: Message = { role: 'assistant', parts: [called().parts[0], called().parts[0]] as never };
  const results: Message = {
    role: 'tool',
    parts: [answered('first').parts[0], answered('second').parts[0]] as never,
  };
  const folder = testFolder();
  const twice: Turn = {
    toolCalls: [
      { id: 'a', name: 'list', args: {} },
      { id: 'b', name: 'list', args: {} },
    ],
    usage: USAGE,
  };
  const report = await follow(runs('parallel', [both, results]), [twice], folder);
  expect(report.divergences).toEqual([]);
  const journal = await readFile(join(folder, 'next.replay.jsonl'), 'utf8');
  const answer = journal.split('\n').find((line) => line.includes('"earlier"'));
  expect(answer).toMatch(/"callId":"a".*"first".*"callId":"b".*"second"/);
});

it('continues an answer that the vendor paused', async () => {
  const paused: Turn = { text: 'Wait', finish: 'incomplete', usage: USAGE };
  const report = await follow(runs('normal', [called(), answered('none')]), [paused, LIST_TURN]);
  expect(report).toMatchObject({ divergences: [], missing: 0 });
  expect(report.quality?.value).toBe(1);
});

it('counts calls of a tool that the changed request does not have', async () => {
  const report = await follow(runs('invented', [called(), answered('none')]), [
    { toolCalls: [{ name: 'invented', args: {} }], usage: USAGE },
  ]);
  expect(report.failures).toMatchObject({ format: { candidate: RUNS, recorded: 0 } });
});
