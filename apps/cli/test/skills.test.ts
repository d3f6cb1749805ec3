import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openaiChat, startWireServer, type Step } from '@majordomo/conformance';
import { expect, it } from 'vitest';
import { lab, trustConfigs, world, type WorldOptions } from './world.ts';

const serve = (...script: Step[]) => startWireServer({ wire: openaiChat, script });
const call = (name: string, args: object): Step => ({
  parts: [{ type: 'tool-call', name, json: JSON.stringify(args) }],
});
const person = { terminal: true, stdin: { kind: 'terminal' } } as const;

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
  const place = world(options);
  writeFileSync(
    join(place.cwd, 'majordomo.config.mjs'),
    DOORBELL.replace("'RUNG'", JSON.stringify(join(place.cwd, 'rung'))),
  );
  trustConfigs(place.cwd, ['majordomo.config.mjs']);
  return place;
};

it('the model reads a skill of a folder, and the stored turn contains the skill', async () => {
  await using server = await serve(call('skill_read', { name: 'tea' }), 'Four minutes.', 'Yes.');
  using place = world({ ...person, env: lab(server), answers: ['How long?', '/undo', 'Sure?', '/quit'] });
  mkdirSync(join(place.cwd, 'skills/tea'), { recursive: true });
  writeFileSync(
    join(place.cwd, 'skills/tea/SKILL.md'),
    '---\nname: tea\ndescription: How tea is made\n---\nFour minutes.',
  );
  const ran = await place.run('chat', 'lab/gpt-4o', '--skills', 'skills', '-q');
  expect([ran.code, ran.out]).toEqual([0, expect.stringContaining('Four minutes.\n')]);
  expect(JSON.stringify(server.requests[0]?.body)).toContain('How tea is made');
  const [, second, third] = server.requests.map(({ body }) => body as { messages: { role: string }[] });
  expect(second?.messages.map(({ role }) => role)).toEqual(['system', 'user', 'assistant', 'tool']);
  expect(third?.messages.map(({ role }) => role)).toEqual(['system', 'user']);
});

it.each([
  ['yes', 'ding', 'rung'],
  ['no', undefined, 'the user did not approve the call'],
])('a tool with an effect runs only after the user has agreed: %s', async (answer, rung, expected) => {
  await using server = await serve(call('ring', { times: 1 }), 'Done.');
  using place = skillWorld({ ...person, env: lab(server), answers: ['Ring', answer, '/quit'] });
  const ran = await place.run('chat', 'lab/gpt-4o', '-q');
  expect([ran.code, ran.out]).toEqual([0, expect.stringMatching(/^→ ring\(\{"times":1\}\)\nDone\.\n$/)]);
  expect(fileAt(place.cwd)).toBe(rung);
  expect(JSON.stringify(server.requests[1]?.body)).toContain(expected);
});

it('a tool with an effect does not run without a terminal, and a pipe receives only the answer', async () => {
  await using server = await serve(call('ring', { times: 1 }), 'Not done.');
  using place = skillWorld({ env: lab(server) });
  const ran = await place.run('chat', 'lab/gpt-4o', 'Ring');
  expect([ran.code, ran.out, fileAt(place.cwd)]).toEqual([0, 'Not done.\n', undefined]);
  expect(ran.err).toContain('ring({"times":1}) was not run: approval requires a terminal');
});

it('reports folders without a skill', async () => {
  using place = world();
  const ran = await place.run('chat', 'openai/x', 'hi', '--skills', 'nowhere');
  expect([ran.code, ran.err]).toEqual([2, expect.stringContaining('nowhere')]);
});

function fileAt(cwd: string): string | undefined {
  try {
    return readFileSync(join(cwd, 'rung'), 'utf8');
  } catch {
    return undefined;
  }
}
