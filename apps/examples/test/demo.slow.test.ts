import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { CallEvent } from '@majordomo/core';
import { anthropicMessages, openaiChat, startWireServer } from '@majordomo/conformance';
import { expect, it, vi } from 'vitest';
import { openStage, playScenes } from '../../cli/src/demo/scenes.ts';
import { createTimeline } from '../../cli/src/demo/timeline.ts';
import { playMoreWires } from '../src/demo-more-wires.ts';
import { playGateway } from '../src/demo-served.ts';

const run = promisify(execFile);
const script = fileURLToPath(new URL('../src/demo.ts', import.meta.url));
/** Loader that runs the sources without a build. */
const sources = new URL('../../../tooling/build/from-sources.ts', import.meta.url).href;

/** Environment without keys. The compile cache makes a process start faster. */
const { PATH, NODE_COMPILE_CACHE } = process.env;
const WITHOUT_KEYS = { PATH, ...(NODE_COMPILE_CACHE !== undefined && { NODE_COMPILE_CACHE }) };

/** Timeout of a process that loads many source files, in milliseconds. */
const LIMIT_MS = 60_000;
vi.setConfig({ testTimeout: LIMIT_MS });

// Repeated on a busy machine, on which the first vendor may exceed its timeout of one second.
it('the timeline matches the requests of the servers', { retry: 2 }, async () => {
  let shown = '';
  const events: CallEvent[] = [];
  const timeline = createTimeline({ write: (text) => (shown += text), hasColor: false });
  const recording = {
    ...timeline,
    onEvent: (event: CallEvent) => {
      events.push(event);
      timeline.onEvent(event);
    },
  };
  // The SDK is loaded before the demo, so that loading does not use the first vendor's timeout of one second.
  await import('openai');
  const stage = await openStage(recording);
  try {
    await playScenes(stage, recording, new AbortController().signal);
    timeline.summary();
    const journal = [
      ...stage.server.requests.map(({ api, model }) =>
        api === 'messages' ? `anthropic/${model}` : `openai/${model}`,
      ),
    ];
    for (const [target, { tried }] of timeline.tally) {
      expect([target, tried]).toEqual([target, journal.filter((seen) => seen === target).length]);
    }
    expect(journal.length).toBe([...timeline.tally.values()].reduce((sum, { tried }) => sum + tried, 0));
    const violations = stage.server.requests.flatMap(({ api, body }) =>
      (api === 'messages' ? anthropicMessages : openaiChat).validate(body),
    );
    expect(violations).toEqual([]);
  } finally {
    await stage.close();
  }
  expect(
    events
      .filter(({ type }) => type === 'call-end')
      .every((event) => event.type === 'call-end' && event.outcome === 'finished'),
  ).toBe(true);
  for (const line of [
    '✗ overloaded (529)',
    '✗ timeout (complete)',
    'benched for',
    'skipped: benched',
    '✗ network',
    '{"title":"Onion soup","minutes":45,',
  ]) {
    expect(shown).toContain(line);
  }
  expect(shown.split('\n').filter((line) => line.length > 80)).toEqual([]);
});

it('two more wires take part, and their servers receive the requests', async () => {
  let shown = '';
  const timeline = createTimeline({ write: (text) => (shown += text), hasColor: false });
  const servers = await playMoreWires(timeline);
  const seen = servers.map(({ requests }) => requests.map(({ model, violations }) => [model, violations]));
  expect(seen).toEqual([[['gemini-demo', []]], [['claude-demo', []]]]);
  expect([...timeline.tally].map(([target, { tried, answered }]) => [target, tried, answered])).toEqual([
    ['google/gemini-demo', 1, 0],
    ['bedrock/claude-demo', 1, 1],
  ]);
  expect(shown).toContain('✗ truncated');
  expect(shown).toContain('A butler opens the door before the bell has rung.');
});

it('the gateway serves a chain, and OpenAI’s SDK gets the answer of the second vendor', async () => {
  let shown = '';
  const timeline = createTimeline({ write: (text) => (shown += text), hasColor: false });
  const servers = await playGateway(timeline);
  const seen = servers.map(({ requests }) => requests.map(({ model, violations }) => [model, violations]));
  expect(seen).toEqual([[['gpt-away', []]], [['claude-served', []]]]);
  expect(shown).toContain('✗ overloaded (529)');
  expect(shown).toContain('answer    Claude answers this request, and the client needs no change.');
  expect(shown.split('\n').filter((line) => line.length > 80)).toEqual([]);
});

it('the command runs to its end, without colors when piped', async () => {
  const { stdout } = await run(process.execPath, [script], { timeout: LIMIT_MS });
  const places = [
    '\n1  ',
    '\n5  ',
    '\n6  ',
    'Summary, computed from the events',
    'bedrock/claude-demo  ',
    'Every call returned',
  ];
  expect(places.map((text) => stdout.lastIndexOf(text))).toEqual(
    places.map((text) => stdout.lastIndexOf(text)).toSorted((a, b) => a - b),
  );
  expect(stdout).toContain('Summary, computed from the events');
  // eslint-disable-next-line no-control-regex
  expect(stdout).not.toMatch(/\u001B\[/);
});

it('--live calls real models from a checkout that is not built', async () => {
  await using server = await startWireServer({ wire: openaiChat, script: ['Hello.'] });
  const env = { ...WITHOUT_KEYS, LLM_LAB: server.baseURL.replace('http://', 'openai+http://key@') };
  const argv = ['--import', sources, script, '--live', 'lab/gpt-4o', 'hi'];
  const { stdout } = await run(process.execPath, argv, { timeout: LIMIT_MS, env });
  expect(stdout).toContain('answer    Hello.');
});

it('--live without a key names the variable to set', async () => {
  const argv = [script, '--live', 'openai/gpt-x', 'hi'];
  const failed = await run(process.execPath, argv, { timeout: LIMIT_MS, env: WITHOUT_KEYS }).then(
    () => undefined,
    (error: unknown) => error as { code: number; stderr: string },
  );
  expect(failed?.code).toBe(1);
  expect(failed?.stderr).toContain('auth: no key for openai/gpt-x; set OPENAI_API_KEY');
});
