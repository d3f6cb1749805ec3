import { createMajordomo, type Message } from '@majordomo/core';
import { fakeProvider, type Turn } from '@majordomo/testing';
import { expect, it } from 'vitest';
import { replay, trajectoryOf, type Trajectory } from '../src/index.ts';
import { about, plain, run, toolTurn } from './support/runs.ts';

const recorded = async (): Promise<Trajectory> =>
  trajectoryOf(await run([toolTurn, 'Take the boots.']), about);

async function replayed(trajectory: Trajectory, turns: readonly Turn[]) {
  const fake = fakeProvider({ id: 'g', models: { n: turns } });
  const model = createMajordomo({ providers: [fake], chain: { attempts: 1 } }).model('g/n');
  const differences: (readonly string[])[] = [];
  for await (const turn of replay(trajectory, model)) differences.push(turn.differences);
  return { differences, fake };
}

it('asks for each turn again, with what stood before it and what its tools had given', async () => {
  const trajectory = await recorded();
  const { differences, fake } = await replayed(trajectory, [toolTurn, 'Take the boots.']);
  expect(differences).toEqual([[], []]);
  expect(fake.requests.map(({ request }) => request.messages.length)).toEqual([1, 3]);
  expect(fake.requests[1]?.request).toMatchObject({
    system: 'Be brief.',
    tools: [{ name: 'weather' }],
    messages: [{}, {}, { role: 'tool', parts: [{ content: [{ text: '{"sky":"snow"}' }] }] }],
  });
});

it('says where another model does otherwise', async () => {
  const other: Turn = { toolCalls: [{ name: 'weather', args: { city: 'Bergen' } }] };
  const { differences } = await replayed(await recorded(), [other, ' Take the sandals. ']);
  expect(differences).toEqual([
    ['did not call weather({"city":"Oslo"})', 'called weather({"city":"Bergen"})'],
    ['said "Take the sandals." instead of "Take the boots."'],
  ]);
});

it('takes the order of arguments for no difference, and each call for one', async () => {
  const calls = (...made: Record<string, string>[]): Turn => ({
    toolCalls: made.map((args) => ({ name: 'weather', args })),
  });
  const trajectory = trajectoryOf(
    await run([calls({ city: 'Oslo', day: 'today' }, { city: 'Bergen' }), 'ok']),
    about,
  );
  const same = await replayed(trajectory, [calls({ city: 'Bergen' }, { day: 'today', city: 'Oslo' }), 'ok']);
  expect(same.differences).toEqual([[], []]);
  const twice = await replayed(trajectory, [calls({ city: 'Bergen' }, { city: 'Bergen' }), 'ok']);
  expect(twice.differences[0]).toEqual([
    'did not call weather({"city":"Oslo","day":"today"})',
    'called weather({"city":"Bergen"})',
  ]);
});

it('does not ask for turns that the app had written itself', async () => {
  const example: Message = { role: 'assistant', parts: [{ type: 'text', text: 'Ready.' }] };
  const { messages } = plain('a');
  const { differences, fake } = await replayed({ ...plain('a'), messages: [example, ...messages] }, ['ok']);
  expect([differences, fake.requests.length]).toEqual([[[]], 1]);
});

it('cuts long words', async () => {
  const { differences } = await replayed(plain('a', 'x'.repeat(500)), ['y'.repeat(500)]);
  expect(differences[0]?.[0]).toHaveLength('said "" instead of ""'.length + 2 * 201);
});
