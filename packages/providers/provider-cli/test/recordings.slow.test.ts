import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { inShared } from '@majordomo/test-support';
import { describe, expect, it } from 'vitest';
import { createCli, type CliName, type CliOptions } from '../src/index.ts';
import { callModel } from './calls.ts';
import { fakeCli } from './fake-cli.ts';

/** Recorded output of the real CLIs is outside of the project. Without it these tests are skipped. */
const FOLDER: string = process.env['CLI_RECORDINGS'] ?? inShared('recordings/cli');
const isThere = existsSync(FOLDER);

/** Replays a recording at once or byte by byte: stdout, stderr and the exit status. */
const player = (name: string, bytes: number): string => {
  const read = (part: string): string =>
    JSON.stringify(readFileSync(path.join(FOLDER, `${name}.${part}`), 'base64'));
  return `
    const out = Buffer.from(${read('stdout')}, 'base64');
    process.stderr.write(Buffer.from(${read('stderr')}, 'base64'));
    let at = 0;
    const next = () => {
      if (at >= out.length) { process.exitCode = ${readFileSync(path.join(FOLDER, `${name}.rc`), 'utf8').trim()}; return; }
      process.stdout.write(out.subarray(at, at += ${bytes})); setImmediate(next);
    };
    next();`;
};

const TEXT = 'HELLO from mock';
const textResult = { text: TEXT, finish: 'stop' };
const ANSWERS: readonly (readonly [string, CliName, Partial<CliOptions>, object])[] = [
  [
    'claude-stream-json',
    'claude',
    {},
    { ...textResult, input: 12, output: 5, nano: '185000', id: '419dd34b-842a-4502-b091-e0717d067446' },
  ],
  // One line with the result, in its other format.
  ['claude-json', 'claude', {}, { ...textResult, input: 12, output: 5, nano: '185000', id: undefined }],
  ['claude-text', 'claude', { output: 'text' }, textResult],
  [
    'gemini-stream-json',
    'gemini',
    {},
    { ...textResult, input: 7, output: 3, id: 'ca1ee1a0-129f-4efb-9a43-86fffc232a62' },
  ],
  ['gemini-text', 'gemini', { output: 'text' }, textResult],
  [
    'opencode-json',
    'opencode',
    {},
    { ...textResult, input: 9, output: 3, nano: '0', id: 'ses_e085dfbf8ffeVlGLIe5g6UHwYN' },
  ],
  ['opencode-text', 'opencode', { output: 'text' }, textResult],
  [
    'codex-json',
    'codex',
    {},
    { ...textResult, input: 9, output: 4, id: '01a1f7a2-174b-7431-bf72-d69766b829eb' },
  ],
  ['codex-text', 'codex', { output: 'text' }, textResult],
];

const FAILURES: readonly (readonly [string, CliName, object, RegExp])[] = [
  ['claude-no-auth', 'claude', { kind: 'auth', details: { code: 'login-required' } }, /Not logged in/],
  ['claude-root-skip-permissions', 'claude', { kind: 'config' }, /cannot be used with root/],
  [
    'gemini-no-auth',
    'gemini',
    { kind: 'auth', details: { code: 'login-required' } },
    /: Please set an Auth method/,
  ],
  ['opencode-bad-model', 'opencode', { kind: 'server' }, /: Unexpected server error/],
  [
    'codex-no-auth',
    'codex',
    { kind: 'auth', details: { code: 'login-required' } },
    /Missing environment variable/,
  ],
];

/** Pretty-printed JSON is never requested. */
const NOT_PLAYED = ['gemini-json'];

describe.skipIf(!isThere)(`recorded output${isThere ? '' : ` (skipped: no recordings at ${FOLDER})`}`, () => {
  describe.each([
    ['at once', 1 << 20],
    ['in pieces of 5 bytes', 5],
  ])('%s', (_name, bytes) => {
    it.each(ANSWERS)('of %s is a response', async (name, cli, options, facts) => {
      await using script = await fakeCli(player(name, bytes));
      const { error, text, finish, id, usage } = await callModel(
        createCli({ cli, command: script.command, ...options }),
      );
      expect(error).toBeUndefined();
      const nano = usage?.details?.reportedNanoUsd;
      expect({ text, finish, id, input: usage?.input, output: usage?.output, nano }).toMatchObject(facts);
    });

    it.each(FAILURES)('of %s is a failure', async (name, cli, facts, message) => {
      await using script = await fakeCli(player(name, bytes));
      const { error } = await callModel(createCli({ cli, command: script.command }));
      expect(error).toMatchObject(facts);
      expect(error?.message).toMatch(message);
    });
  });

  it('includes every file', () => {
    const names = new Set(
      readdirSync(FOLDER)
        .filter((file) => file.endsWith('.stdout'))
        .map((file) => file.slice(0, -7)),
    );
    const played = [...ANSWERS, ...FAILURES].map(([name]) => name);
    expect([...names].filter((name) => !played.includes(name))).toEqual(NOT_PLAYED);
  });
});
