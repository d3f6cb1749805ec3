import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { assistant, toolResult, user, type Message } from '@majordomo/core';
import { toLine } from '@majordomo/trajectory';
import { readAll, suiteFolder } from '@majordomo/test-support';
import { describe, expect, test } from 'vitest';
import { casesFromTrajectories, loadCases, readCases } from '../src/cases/cases.ts';
import { config } from './support/fixture.ts';

const folder = suiteFolder();

const fileOf = (name: string, text: string): string => {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
};
const load = (cases: Parameters<typeof loadCases>[1], only?: readonly string[]) =>
  loadCases('demo', cases, only);

describe('readCases', () => {
  test('reads one case per line, skips empty lines and can be iterated again', async () => {
    const cases = readCases(fileOf('good.jsonl', '{"input":1}\n\n{"id":"b","input":2,"tags":["x"]}'));
    expect(await readAll(cases)).toEqual([{ input: 1 }, { id: 'b', input: 2, tags: ['x'] }]);
    expect(await readAll(cases)).toHaveLength(2);
  });

  test.each(['{"id":"a"}', 'null', '{"inp'])('reports the file and the line of %s', async (line) => {
    const file = fileOf('bad.jsonl', `{"input":1}\n${line}\n`);
    await expect(readAll(readCases(file))).rejects.toEqual(config(/bad\.jsonl:2: /));
  });

  test('rejects a file that does not exist', async () => {
    await expect(readAll(readCases(join(folder, 'none')))).rejects.toEqual(config(/does not exist/));
  });
});

describe('loadCases', () => {
  test('assigns ids that do not depend on the order of cases or members', async () => {
    const first = await load([{ input: { a: 1, b: 2 } }, { input: 'x' }]);
    const second = await load([{ input: 'x' }, { input: { b: 2, a: 1 } }]);
    expect(first.map(({ id }) => id)).toEqual(second.map(({ id }) => id));
    expect(first[0]?.id).toMatch(/^[0-9a-f]{12}$/);
  });

  test('rejects duplicate ids, also of equal inputs without ids', async () => {
    await expect(
      load([
        { id: 'a', input: 1 },
        { id: 'a', input: 2 },
      ]),
    ).rejects.toEqual(config(/"a"/));
    await expect(load([{ input: 1 }, { input: 1 }])).rejects.toEqual(
      config(/two cases with the id "[0-9a-f]{12}"/),
    );
  });

  test('rejects an empty list, an invalid id, and an `only` without a case', async () => {
    await expect(load([])).rejects.toEqual(config(/`cases`/));
    await expect(load([{ id: 'a'.repeat(201), input: 1 }])).rejects.toEqual(config(/ids of 1 to 200/));
    await expect(load([{ id: 'a', input: 1 }], ['b'])).rejects.toEqual(config(/`only` has "b"/));
  });

  test('selects by id and by tag', async () => {
    const cases = [
      { id: 'c', input: 1, tags: ['smoke'] },
      { id: 'a', input: 2 },
      { id: 'b', input: 3 },
    ];
    expect((await load(cases, ['smoke', 'a'])).map(({ id }) => id)).toEqual(['a', 'c']);
  });
});

describe('casesFromTrajectories', () => {
  const call = { type: 'tool-call', id: 'c1', name: 'order', args: { id: '7' } } as const;
  const messages: readonly Message[] = [
    user('Where is it?'),
    { role: 'assistant', parts: [call] },
    toolResult({ callId: call.id, name: call.name, content: 'on its way' }),
    assistant('It is on its way.'),
  ];
  const line = (id: string): string =>
    toLine({
      version: 1,
      id,
      at: '2026-11-21T03:00:00.000Z',
      spec: 'openai/gpt-5.4',
      targets: [],
      system: undefined,
      tools: [],
      messages,
      usage: undefined,
      outcome: 'answered',
      metadata: {},
    });

  test('splits each trajectory after the last user message', async () => {
    const file = fileOf('runs.jsonl', `${line('r1')}\n${line('r2')}\n`);
    const cases = await readAll(casesFromTrajectories([file]));
    expect(cases.map(({ id }) => id)).toEqual(['r1', 'r2']);
    expect(cases[0]?.input).toEqual([user('Where is it?')]);
    expect(cases[0]?.expected).toEqual({
      text: 'It is on its way.',
      toolCalls: [{ name: 'order', args: { id: '7' } }],
    });
  });

  test('skips a truncated last line, and rejects another damaged line', async () => {
    const file = fileOf('cut.jsonl', `${line('r1')}\n${line('r2').slice(0, 40)}`);
    expect(await readAll(casesFromTrajectories(file))).toHaveLength(1);
    appendFileSync(file, `\n${line('r3')}\n`);
    await expect(readAll(casesFromTrajectories(file))).rejects.toEqual(config(/cut\.jsonl:2: /));
    const other = fileOf('other.jsonl', '{"version":9}\n');
    await expect(readAll(casesFromTrajectories(other))).rejects.toEqual(config(/other\.jsonl:1: /));
  });
});
