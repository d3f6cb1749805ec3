import { describe, expect, expectTypeOf, it } from 'vitest';
import * as z from 'zod';
import { user, type DeepPartial } from '../src/index.ts';
import { failure } from './support/failure.ts';
import { readAll } from './support/read-all.ts';
import { world } from './support/world.ts';

const Recipe = z.object({
  title: z.string(),
  steps: z.array(z.object({ text: z.string(), minutes: z.number().optional() })),
});
type Recipe = z.infer<typeof Recipe>;
const messages = [user('soup')];
const answer = '{"title": "Onion soup", "steps": [{"text": "cut", "minutes": 5}, {"text": "cook"}]}';
const value = JSON.parse(answer) as Recipe;

const setUp = (script: Parameters<typeof world>[0][string]) => {
  const setup = world({ 'a/x': script });
  return { ...setup, stream: () => setup.majordomo.model('a/x').streamObject({ messages, output: Recipe }) };
};

describe('snapshots', () => {
  it('grow, and the last one is validated', async () => {
    const stream = setUp([answer]).stream();
    const snapshots = await readAll(stream);
    expectTypeOf(snapshots).toEqualTypeOf<DeepPartial<Recipe>[]>();
    expect(snapshots[0]).toEqual({});
    expect(snapshots).toContainEqual({ title: 'Onion ' });
    expect(snapshots.at(-1)).toEqual(value);
    const response = await stream.response();
    expectTypeOf(response.value).toEqualTypeOf<Recipe>();
    expect(response.value).toEqual(value);
  });

  it('of an array have no wrapper', async () => {
    const { majordomo } = world({ 'a/x': ['{"value": [1, 2, 3 ]}'] });
    const snapshots = await readAll(
      majordomo.model('a/x').streamObject({ messages, output: z.array(z.number()) }),
    );
    expect(snapshots).toEqual([[1], [1, 2, 3], [1, 2, 3]]);
  });

  it('of a forced tool call are those of its arguments', async () => {
    const { stream } = setUp([
      { capabilities: { output: 'tool' }, calls: [{ id: '1', name: 'answer', json: answer }] },
    ]);
    expect((await readAll(stream())).at(-1)).toEqual(value);
  });

  it('begin again without an error if the target fails after content', async () => {
    const { stream, requestCounts } = setUp([{ text: '{"title": "Fish ', fail: 'network' }, answer]);
    const running = stream();
    const snapshots = await readAll(running);
    expect(snapshots).toContainEqual({ title: 'Fish ' });
    expect(snapshots.at(-1)).toEqual(value);
    expect(requestCounts.get('a/x')).toBe(2);
    expect((await running.response()).attempts.map(({ outcome }) => outcome)).toEqual(['failed', 'finished']);
  });

  it('begin again at the next target if the value of the first does not fit', async () => {
    const { majordomo } = world({ 'a/x': ['{"title": "Fish "}'], 'b/y': [answer] });
    const running = majordomo.model('a/x,b/y').streamObject({ messages, output: Recipe });
    expect((await readAll(running)).at(-1)).toEqual(value);
    expect((await running.response()).attempts.map(({ target }) => target)).toEqual(['a/x', 'a/x', 'b/y']);
  });

  it('begin again if the answer does not fit', async () => {
    const running = setUp(['{"title": "Fish "}', answer]).stream();
    const snapshots = await readAll(running);
    expect(snapshots).toContainEqual({ title: 'Fish ' });
    expect(snapshots.at(-1)).toEqual(value);
    expect((await running.response()).usage).toMatchObject({ input: 2, output: 4 });
  });
});

describe('response()', () => {
  it('reads a stream without an iteration', async () => {
    expect((await setUp([answer]).stream().response()).value).toEqual(value);
  });

  it('rejects with the error of the iterator', async () => {
    const stream = setUp([{ text: '{"title": "So', reason: 'length' }]).stream();
    const [read1, response] = [failure(readAll(stream)), failure(stream.response())];
    expect([(await read1).kind, (await response).kind]).toEqual(['truncated', 'truncated']);
  });

  it('rejects as abandoned after a break, and the socket is closed', async () => {
    let closed = false;
    const { stream } = setUp([{ text: answer, stall: true, onClose: () => (closed = true) }]);
    const running = stream();
    for await (const _first of running) break;
    expect((await failure(running.response())).details.code).toBe('abandoned');
    expect(closed).toBe(true);
  });

  it('resolves for a reader that stops at the last snapshot', async () => {
    const output = z.object({ title: z.string().transform((title) => title.length) });
    const running = world({ 'a/x': ['{"title":"Soup"}'] })
      .majordomo.model('a/x')
      .streamObject({ messages, output });
    for await (const { title } of running) if (title === 4) break;
    await expect(running.response()).resolves.toMatchObject({ value: { title: 4 } });
  });

  it('rejects when the iterator is closed before the first read', async () => {
    const running = setUp([answer]).stream();
    await running[Symbol.asyncIterator]().return?.();
    expect((await failure(running.response())).details.code).toBe('abandoned');
  });
});

it('rejects a second iteration as a config error', async () => {
  const stream = setUp([answer]).stream();
  await readAll(stream);
  expect((await failure(readAll(stream))).kind).toBe('config');
});

it('sends nothing before the first read', async () => {
  const { stream, requestCounts } = setUp([answer]);
  const running = stream();
  expect(requestCounts.size).toBe(0);
  await running.response();
  expect(requestCounts.size).toBe(1);
});
