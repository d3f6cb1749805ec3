import { execFile } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { image, user, type JsonValue } from '@majordomo/core';
import { createRedactor, type Redactor } from '@majordomo/redact';
import { expect, it } from 'vitest';
import { parseTrajectory, toLine, trajectoryOf, trajectoryWriter, type Trajectory } from '../src/index.ts';
import { place } from './support/files.ts';
import { about, KEY, plain, run, toolTurn } from './support/runs.ts';

const redactor = createRedactor();
const AT = new Date('2026-11-21T05:00:00+02:00');

it('keeps a run whole: a line comes back as it went, with pictures', async () => {
  const here = place();
  const picture = image(new Uint8Array([137, 80, 78, 71, 13, 10, 26, 10, 0, 255]));
  const result = await run([toolTurn, 'Take the boots.'], [user('Which shoes?', picture)]);
  const trajectory = trajectoryOf(result, about, AT);
  await using writer = trajectoryWriter({ folder: here.folder, redactor });
  expect(await writer.write(trajectory)).toBe('written');
  const [line = ''] = await here.lines('success');
  expect(parseTrajectory(line)).toEqual(trajectory);
  expect(JSON.parse(line)).toMatchObject({
    version: 1,
    id: 'run-1',
    at: '2026-11-21T03:00:00.000Z',
    spec: 'f/m',
    targets: ['f/m', 'f/m'],
    system: 'Be brief.',
    outcome: 'answered',
    metadata: { team: 'guides' },
  });
});

it('keeps what did not come to an answer apart, with the kind of what ended it', async () => {
  const here = place();
  await using writer = trajectoryWriter({ folder: here.folder, redactor });
  const failed = trajectoryOf(await run([toolTurn, { fail: 'auth' }]), about, AT);
  await writer.write(failed);
  await writer.write(trajectoryOf(await run([{ text: 'half', finish: 'length' }]), about, AT));
  await writer.write(plain('a'));
  expect((await here.lines('failure')).map((line) => parseTrajectory(line).outcome)).toEqual([
    'auth',
    'truncated',
  ]);
  expect(await here.lines('success')).toHaveLength(1);
  expect(failed.messages).toHaveLength(3);
});

it('writes no secret, wherever it stands', async () => {
  const here = place();
  await using writer = trajectoryWriter({ folder: here.folder, redactor });
  class Login {
    readonly header = `Bearer ${KEY}`;
  }
  const trajectory: Trajectory = {
    ...trajectoryOf(await run([{ ...(toolTurn as object), reasoning: `it is ${KEY}` }, KEY]), about),
    system: `Use ${KEY}`,
    metadata: {
      password: 'hunter22',
      deep: [{ note: `curl -H 'Authorization: Basic dXNlcjpwYXNzd29yZA=='` }],
      login: new Login(),
    },
  };
  expect(await writer.write(trajectory)).toBe('written');
  const [line = ''] = await here.lines('success');
  expect(line).not.toMatch(/ghp_|hunter22|dXNlcjpwYXNzd29yZA/);
  expect(redactor.find(line)).toEqual([]);
});

it('writes no part of a secret of a tool that returns JSON', async () => {
  const here = place();
  await using writer = trajectoryWriter({ folder: here.folder, redactor });
  const secrets = {
    password: 'hunt"er2!x9Zq',
    api_key: 'ab"cdef \\1234567890xyz',
    authorization: 'Basic dXNl"cj',
    token: 'several short words',
    cookies: { sid: "it's" },
    url: "https://h.example/?api_key=ab'quoted9&page=2",
  };
  const body = JSON.stringify({ status: 200, body: JSON.stringify({ ...secrets, note: 'ok' }) });
  expect(await writer.write(plain('a', body))).toBe('written');
  const [line = ''] = await here.lines('success');
  expect(line).not.toMatch(/hunt|er2|cdef|1234567890xyz|dXNl|cj|several|words|it's|quoted9/);
  expect(line).toContain('ok');
});

it.each([
  ['an escape of JSON', JSON.stringify({ stdout: `Copied to the clipboard:\n${KEY}\n` })],
  ['an escape of JSON in JSON', JSON.stringify(JSON.stringify({ stdout: `key\t${KEY}` }))],
  ['an escaped character', String.raw`key\u0020${KEY}`],
  ['a terminal sequence', `\u001b[32m${KEY}\u001b[0m`],
  ['a terminal sequence in JSON', JSON.stringify(`\u001b[32m${KEY}\u001b[0m`)],
  ['a percent-code', `q=a%20${KEY}`],
  ['an underscore', `x_${KEY}`],
])('masks a secret after %s, and puts aside a line in which the secret remains', async (_what, text) => {
  const here = place();
  await using writer = trajectoryWriter({ folder: here.folder, redactor });
  expect(await writer.write(plain('a', text))).toBe('written');
  expect((await here.lines('success')).join('')).not.toContain(KEY);
  const careless: Redactor = { ...redactor, value: (value) => value };
  await using unmasked = trajectoryWriter({ folder: here.folder, redactor: careless });
  expect(await unmasked.write(plain('b', text))).toBe('quarantined');
  expect(await here.kinds()).toEqual(['folder', 'quarantine', 'success']);
});

it('puts a line aside in which a secret is left, for its owner only and with the reason', async () => {
  const here = place();
  const careless: Redactor = { ...redactor, value: (value) => value };
  await using writer = trajectoryWriter({ folder: here.folder, redactor: careless });
  expect(await writer.write(plain('a', `it is ${KEY}`))).toBe('quarantined');
  expect(await writer.write(plain('b', 'it is fine'))).toBe('written');
  expect(await here.kinds()).toEqual(['folder', 'quarantine', 'success']);
  const aside = (await here.lines('quarantine')).map(
    (line) => JSON.parse(line) as { reasons: JsonValue; line: string },
  );
  expect(aside).toEqual([{ reasons: ['github-token'], line: expect.stringContaining(KEY) as string }]);
  expect(parseTrajectory(aside[0]?.line ?? '').id).toBe('a');
  // Windows has no permissions in file modes.
  if (process.platform !== 'win32') expect(await here.modes()).toEqual(new Set(['600', '700']));
});

it.each(['value', 'find'] as const)('puts a line aside when the redactor fails in %s', async (member) => {
  const here = place();
  const broken: Redactor = {
    ...redactor,
    [member]: () => {
      throw new Error('bug');
    },
  };
  await using writer = trajectoryWriter({ folder: here.folder, redactor: broken });
  expect(await writer.write(plain('a', KEY))).toBe('quarantined');
  expect(await here.kinds()).toEqual(['folder', 'quarantine']);
});

it('finds a secret that only the export puts together', async () => {
  const here = place();
  await using writer = trajectoryWriter({ folder: here.folder, redactor, format: 'sharegpt' });
  const halves = [KEY.slice(0, 14), KEY.slice(14)].map((text) => ({ type: 'text' as const, text }));
  const trajectory: Trajectory = { ...plain('a'), messages: [{ role: 'assistant', parts: halves }] };
  expect(await writer.write(trajectory)).toBe('quarantined');
});

it('begins another file before one grows too large, and gives a longer line one of its own', async () => {
  const here = place();
  const size = Buffer.byteLength(toLine(plain('a'))) + 1;
  await using writer = trajectoryWriter({ folder: here.folder, redactor, maxBytes: 2 * size });
  for (const id of ['a', 'b', 'c', 'd', 'e']) await writer.write(plain(id));
  expect(await here.kinds()).toEqual(['success', 'success', 'success']);
  expect(await writer.write(plain('f', 'long'.repeat(size)))).toBe('written');
  expect((await here.lines('success')).map((line) => parseTrajectory(line).id).toSorted()).toEqual([
    'a',
    'b',
    'c',
    'd',
    'e',
    'f',
  ]);
  expect(await here.kinds()).toHaveLength(4);
});

it('takes 2,000 lines of two processes, each of them whole', async () => {
  const here = place();
  const script = fileURLToPath(new URL('support/writer-process.ts', import.meta.url));
  const write = (name: string) => promisify(execFile)(process.execPath, [script, here.folder, name, '1000']);
  const done = await Promise.all([write('one'), write('two')]);
  expect(done.map(({ stdout }) => stdout.trim())).toEqual(['1000', '1000']);
  const ids = (await here.lines('success')).map((line) => parseTrajectory(line).id);
  expect(ids).toHaveLength(2000);
  expect(new Set(ids).size).toBe(2000);
  expect((await here.kinds()).length).toBeGreaterThan(20);
}, 60_000);

it('never rejects: what cannot be written is told, and the next line is tried anew', async () => {
  const here = place();
  await mkdir(dirname(here.folder), { recursive: true });
  await writeFile(here.folder, 'a file where the folder should be');
  const reportedErrors: unknown[] = [];
  const onError = (error: unknown): never => {
    reportedErrors.push(error);
    throw new Error('and the listener fails too');
  };
  const writer = trajectoryWriter({ folder: here.folder, redactor, onError });
  expect(await writer.write(plain('a'))).toBe('failed');
  const cyclic: Record<string, unknown> = {};
  cyclic['self'] = cyclic;
  expect(await writer.write({ ...plain('b'), metadata: cyclic })).toBe('failed');
  expect(await writer.write({ ...plain('c'), metadata: { big: 1n } })).toBe('failed');
  await writer.close();
  expect(await writer.write(plain('d'))).toBe('failed');
  expect(reportedErrors.map(String)).toEqual([
    expect.stringMatching(/EEXIST|ENOTDIR/),
    expect.stringMatching(/RangeError|TypeError/),
    expect.stringContaining('BigInt'),
    'LlmError: the trajectory writer is closed',
  ]);
});

it('writes to a new file after its folder was removed', async () => {
  const here = place();
  await using writer = trajectoryWriter({ folder: here.folder, redactor });
  await writer.write(plain('a'));
  await rm(here.folder, { recursive: true });
  expect(await writer.write(plain('b'))).toBe('written');
  expect(await writer.write(plain('c'))).toBe('written');
  expect((await here.lines('success')).map((line) => parseTrajectory(line).id)).toEqual(['b', 'c']);
});

it('close waits for what is under way', async () => {
  const here = place();
  const writer = trajectoryWriter({ folder: here.folder, redactor });
  const all = Promise.all(Array.from({ length: 20 }, (_, n) => writer.write(plain(`${n}`))));
  await writer.close();
  expect(await here.lines('success')).toHaveLength(20);
  expect(new Set(await all)).toEqual(new Set(['written']));
});

it.each([
  [{ folder: '' }, 'folder must be a path'],
  [{ redactor: undefined }, 'redactor is required'],
  [{ maxBytes: 0 }, 'maxBytes must be a number of 1 or more, not 0'],
  [{ maxBytes: NaN }, 'maxBytes must be a number of 1 or more, not NaN'],
  [{ format: 'xml' }, 'format must be one of majordomo, sharegpt'],
])('refuses %o', (wrong, message) => {
  const options = { folder: 'runs', redactor, ...wrong } as Parameters<typeof trajectoryWriter>[0];
  expect(() => trajectoryWriter(options)).toThrow(message);
});

it.each([
  ['', 'is not JSON'],
  ['{"version":1', 'is not JSON'],
  ['[]', 'no version'],
  ['{"version":2}', 'expected version 1, got 2'],
  [toLine(plain('a')).replace('"id":"a"', '"id":7'), 'id must be a string, not a number'],
  [toLine(plain('a')).replace('"parts"', '"teile"'), 'messages[0].parts is missing'],
])('reads no %j', (line, message) => {
  expect(() => parseTrajectory(line)).toThrow(message);
});

it('finds a secret at the beginning of a line, and one in a name', async () => {
  const here = place();
  const careless: Redactor = { ...redactor, value: (value) => value };
  await using writer = trajectoryWriter({ folder: here.folder, redactor: careless });
  expect(await writer.write(plain('a', `here:\n${KEY}`))).toBe('quarantined');
  expect(await writer.write({ ...plain('b'), metadata: { [KEY]: 1 } })).toBe('quarantined');
});

it('contains the models that answered, by the names of their vendors', async () => {
  const result = await run([
    { ...(toolTurn as object), model: 'm-1' },
    { text: 'Boots.', model: 'm-2' },
  ]);
  const trajectory = trajectoryOf(result, about, AT);
  expect(trajectory.models).toEqual(['m-1', 'm-2']);
  expect(parseTrajectory(toLine(trajectory)).models).toEqual(['m-1', 'm-2']);
  expect(trajectoryOf(result, { ...about, models: ['other'] }, AT).models).toEqual(['other']);
  expect(Object.keys(plain('a'))).not.toContain('models');
});
