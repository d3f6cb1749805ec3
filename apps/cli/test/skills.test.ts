import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Step } from '@majordomo/conformance';
import { expect, it } from 'vitest';
import { lab, serve, trustConfigs, world, type WorldOptions } from './world.ts';

const call = (name: string, args: object): Step => ({
  parts: [{ type: 'tool-call', name, json: JSON.stringify(args) }],
});
const TERMINAL = { terminal: true, stdin: { kind: 'terminal' } } as const;

/** Configuration in JavaScript with a tool that writes a file. */
const DOORBELL = `
import { appendFileSync } from 'node:fs';
const ring = {
  name: 'ring', description: 'Rings the bell', effect: 'once',
  parameters: { type: 'object', properties: { times: { type: 'number' } } },
  run: ({ times }) => { appendFileSync('RUNG', 'ding'.repeat(times)); return 'rung'; },
};
export default { skills: [{ name: 'doorbell', tools: [ring] }] };`;

const skillWorld = (options: WorldOptions): ReturnType<typeof world> => {
  const cli = world(options);
  writeFileSync(
    join(cli.cwd, 'majordomo.config.mjs'),
    DOORBELL.replace("'RUNG'", JSON.stringify(join(cli.cwd, 'rung'))),
  );
  trustConfigs(cli.cwd, ['majordomo.config.mjs']);
  return cli;
};

it('the model reads a skill of a folder, and the stored turn contains the skill', async () => {
  await using server = await serve(call('skill_read', { name: 'tea' }), 'Four minutes.', 'Yes.');
  using cli = world({ ...TERMINAL, env: lab(server), answers: ['How long?', '/undo', 'Sure?', '/quit'] });
  mkdirSync(join(cli.cwd, 'skills/tea'), { recursive: true });
  writeFileSync(
    join(cli.cwd, 'skills/tea/SKILL.md'),
    '---\nname: tea\ndescription: How tea is made\n---\nFour minutes.',
  );
  const result = await cli.run('chat', 'lab/gpt-4o', '--skills', 'skills', '-q');
  expect([result.code, result.out]).toEqual([0, expect.stringContaining('Four minutes.\n')]);
  expect(JSON.stringify(server.requests[0]?.body)).toContain('How tea is made');
  const [, second, third] = server.requests.map(({ body }) => body as { messages: { role: string }[] });
  expect(second?.messages.map(({ role }) => role)).toEqual(['system', 'user', 'assistant', 'tool']);
  expect(third?.messages.map(({ role }) => role)).toEqual(['system', 'user']);
});

it.each([
  ['yes', 'ding', 'rung'],
  ['no', undefined, 'the user did not approve the call'],
])('a tool with an effect runs only after the user has agreed: %s', async (answer, fileContent, expected) => {
  await using server = await serve(call('ring', { times: 1 }), 'Done.');
  using cli = skillWorld({ ...TERMINAL, env: lab(server), answers: ['Ring', answer, '/quit'] });
  const result = await cli.run('chat', 'lab/gpt-4o', '-q');
  expect([result.code, result.out]).toEqual([
    0,
    expect.stringMatching(/^→ ring\(\{"times":1\}\)\nDone\.\n$/),
  ]);
  expect(fileAt(cli.cwd)).toBe(fileContent);
  expect(JSON.stringify(server.requests[1]?.body)).toContain(expected);
});

it('a tool with an effect does not run without a terminal, and a pipe receives only the answer', async () => {
  await using server = await serve(call('ring', { times: 1 }), 'Not done.');
  using cli = skillWorld({ env: lab(server) });
  const result = await cli.run('chat', 'lab/gpt-4o', 'Ring');
  expect([result.code, result.out, fileAt(cli.cwd)]).toEqual([0, 'Not done.\n', undefined]);
  expect(result.err).toContain('ring({"times":1}) was not run: approval requires a terminal');
});

it('reports folders without a skill', async () => {
  using cli = world();
  const result = await cli.run('chat', 'openai/x', 'hi', '--skills', 'nowhere');
  expect([result.code, result.err]).toEqual([2, expect.stringContaining('nowhere')]);
});

function fileAt(cwd: string): string | undefined {
  try {
    return readFileSync(join(cwd, 'rung'), 'utf8');
  } catch {
    return undefined;
  }
}
