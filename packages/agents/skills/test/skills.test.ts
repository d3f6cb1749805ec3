import { createMajordomo } from '@majordomo/core';
import { createAgent, defineTool, type Skill, type Tool, type ToolContext } from '@majordomo/agent';
import { fakeProvider } from '@majordomo/testing';
import { describe, expect, it } from 'vitest';
import { clockSkill, defineSkill, skillLibrary, type SkillFolder } from '../src/index.ts';

const context: ToolContext = {
  signal: new AbortController().signal,
  callId: 'c',
  key: 'r/1/c',
  context: undefined,
  options: {},
  depth: 0,
  call: () => Promise.reject(new Error('no other tool exists')),
  spend: () => undefined,
};

/** Calls a tool of a skill in an agent and returns the result for the model. */
async function resultText(skill: Skill, name: string, args: Record<string, string>): Promise<string> {
  const fake = fakeProvider({ id: 'f', models: { m: [{ toolCalls: [{ name, args }] }, 'ok'] } });
  const agent = createAgent({ model: createMajordomo({ providers: [fake] }).model('f/m'), skills: [skill] });
  const { messages } = await agent.run('go');
  const [result] = messages[2]?.role === 'tool' ? messages[2].parts : [];
  return (result?.content ?? [])
    .map((part) => (part.type === 'text' ? part.text : part.mediaType))
    .join('\n');
}

describe('defineSkill', () => {
  it('accepts only instructions, only tools, or both', () => {
    const tools: readonly Tool[] = clockSkill().tools ?? [];
    for (const skill of [
      { name: 'a', instructions: 'b' },
      { name: 'a', tools },
      { name: 'a', instructions: 'b', tools },
    ]) {
      expect(defineSkill(skill)).toBe(skill);
    }
  });

  it.each([
    [{ name: ' ', instructions: 'b' }, 'defineSkill: name must not be empty'],
    [{ name: 'a', instructions: ' ' }, 'skill "a" has neither instructions nor tools; add one of them'],
    [{ name: 'a', tools: [] }, 'skill "a" has neither instructions nor tools; add one of them'],
  ])('rejects %j', (skill, message) => {
    expect(() => defineSkill(skill)).toThrow(message);
  });

  it('returns a skill that several agents can share, and skills are added in order', async () => {
    const polite = defineSkill({ name: 'polite', instructions: 'Say please.' });
    const add = defineTool({ name: 'add', description: 'Adds.', parameters: {}, run: () => '2' });
    const adder = defineSkill({ name: 'adder', instructions: 'Use add.', tools: [add] });
    const fake = fakeProvider({ id: 'f', models: { m: ['a', 'b'] } });
    const model = createMajordomo({ providers: [fake] }).model('f/m');
    await createAgent({ model, skills: [polite, adder, clockSkill()] }).run('go');
    await createAgent({ model, instructions: 'Be brief.', skills: [polite] }).run('go');
    expect(fake.requests[0]?.request.tools.map(({ name }) => name)).toEqual([
      'add',
      'time_now',
      'time_convert',
    ]);
    expect(fake.requests[0]?.request.system).toMatch(
      /^Say please\.\n\nUse add\.\n\nYou do not know the date/,
    );
    expect(fake.requests[1]?.request.system).toBe('Be brief.\n\nSay please.');
  });
});

describe('clockSkill', () => {
  const skill = clockSkill({ now: () => Date.parse('2026-11-20T09:30:00Z'), zone: 'Europe/Oslo' });

  it.each<[string, Record<string, string>, string]>([
    ['time_now', {}, '{"time":"2026-11-20T10:30:00+01:00","weekday":"Friday","zone":"Europe/Oslo"}'],
    [
      'time_now',
      { zone: 'Asia/Tokyo' },
      '{"time":"2026-11-20T18:30:00+09:00","weekday":"Friday","zone":"Asia/Tokyo"}',
    ],
    ['time_now', { zone: 'Mars' }, 'The tool failed: "Mars" is not a time zone such as Europe/Oslo'],
    [
      'time_convert',
      { time: '2026-11-20T23:00', to: 'Asia/Tokyo' },
      '{"time":"2026-11-21T07:00:00+09:00","weekday":"Saturday","zone":"Asia/Tokyo"}',
    ],
    [
      'time_convert',
      { time: '2026-11-20T23:00', from: 'UTC', to: 'UTC' },
      '{"time":"2026-11-20T23:00:00+00:00","weekday":"Friday","zone":"UTC"}',
    ],
    [
      'time_convert',
      { time: 'noon', to: 'UTC' },
      'The tool failed: "noon" is not a time such as 2026-11-20T09:30 or 2026-11-20T09:30:00+01:00',
    ],
    ['time_convert', { time: '2026-11-20T23:00' }, 'Invalid arguments: to: is required'],
  ])('%s %j', async (name, args, answer) => {
    expect(await resultText(skill, name, args)).toBe(answer);
  });

  it('uses the time of the runtime by default', async () => {
    const { time } = JSON.parse(await resultText(clockSkill(), 'time_now', {})) as { time: string };
    expect(Math.abs(Date.parse(time) - Date.now())).toBeLessThan(60_000);
  });
});

describe('skillLibrary', () => {
  const folder = (name: string, files: readonly string[] = []): SkillFolder => ({
    name,
    description: `Does\n  ${name}.`,
    body: () => `How to do ${name}.`,
    files: () => files,
    read: (path) => `the text of ${path}`,
  });

  it('adds names and descriptions to the instructions, and no body', () => {
    const { instructions } = skillLibrary([folder('a'), folder('b')]);
    expect(instructions?.split('\n').slice(1)).toEqual(['- a: Does a.', '- b: Does b.']);
  });

  it('reads bodies and files when its tools are called', async () => {
    const skill = skillLibrary([folder('a', ['x.md']), folder('b')]);
    expect(await resultText(skill, 'skill_read', { name: 'a' })).toBe(
      'How to do a.\n\nFiles of this skill, to be read with skill_file:\nx.md',
    );
    expect(await resultText(skill, 'skill_read', { name: 'b' })).toBe('How to do b.');
    expect(await resultText(skill, 'skill_file', { name: 'a', path: 'x.md' })).toBe('the text of x.md');
    expect(await resultText(skill, 'skill_read', { name: 'c' })).toBe(
      'Invalid arguments: name: must be "a" or "b"',
    );
  });

  it('lists at most 200 files and the number of the others', async () => {
    const files = Array.from({ length: 203 }, (_, n) => `${n}.md`);
    expect(await resultText(skillLibrary([folder('a', files)]), 'skill_read', { name: 'a' })).toMatch(
      /199\.md\n… and 3 more$/,
    );
  });

  it('rejects two folders with one name', () => {
    expect(() => skillLibrary([folder('a'), folder('a')])).toThrow('two skill folders are named "a"');
  });

  it('without folders adds nothing to an agent', () => {
    expect(skillLibrary([])).toEqual({ name: 'skills' });
  });
});

it('the tools of a skill can be called without an agent', async () => {
  const [tool] = clockSkill({ now: () => 0 }).tools ?? [];
  expect(await tool?.run({} as never, context)).toMatchObject({ weekday: 'Thursday' });
});
