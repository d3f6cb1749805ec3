import { execFile } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createMajordomo } from '@majordomo/core';
import { createOpenAI } from '@majordomo/provider-openai';
import { suiteFolder } from '@majordomo/test-support';
import { expect, it } from 'vitest';
import { workInShell, type Sandbox } from '../src/sandboxed-shell.ts';

const folder = suiteFolder();
writeFileSync(join(folder, 'notes.txt'), 'buy milk\n');

/** Runs commands in the folder. */
const sandbox: Sandbox = {
  run: (command, { signal, timeoutMs }) =>
    new Promise((resolve) => {
      execFile(
        'sh',
        ['-c', command],
        { cwd: folder, signal, timeout: timeoutMs },
        (error, stdout, stderr) => {
          resolve({ stdout, stderr, exitCode: error === null ? 0 : 1 });
        },
      );
    }),
};

it('a shell in a sandbox reads by itself, asks before it changes files, and obeys a refusal', async () => {
  const script = ['cat notes.txt', 'echo eggs > list.txt', 'ls\nrm notes.txt'];
  const outputs: string[] = [];
  const fetch = (_url: unknown, init?: RequestInit): Promise<Response> => {
    const { input } = JSON.parse(String(init?.body)) as {
      readonly input: readonly { readonly type: string }[];
    };
    const results = input.filter(({ type }) => type === 'shell_call_output');
    outputs.push(JSON.stringify(results.at(-1)));
    const n = results.length;
    const call = { type: 'shell_call', id: `sh_${n}`, call_id: `c${n}`, action: { commands: [script[n]] } };
    const done = { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'done' }] };
    return Promise.resolve(
      Response.json({ id: 'resp', status: 'completed', output: [n === script.length ? done : call] }),
    );
  };
  const model = createMajordomo({ providers: [createOpenAI({ apiKey: 'k', fetch })] }).model(
    'openai/gpt-5.4',
  );
  const asked: (readonly string[])[] = [];
  const { text } = await workInShell(model, sandbox, 'Tidy up.', (commands) => {
    asked.push(commands);
    return Promise.resolve(commands[0]?.includes('rm') === true ? 'keep the notes' : true);
  });
  expect(text).toBe('done');
  expect(asked).toEqual([['echo eggs > list.txt'], ['ls\nrm notes.txt']]);
  expect(outputs[1]).toContain('buy milk');
  expect(outputs[3]).toContain('keep the notes');
  expect([existsSync(join(folder, 'list.txt')), existsSync(join(folder, 'notes.txt'))]).toEqual([true, true]);
});
