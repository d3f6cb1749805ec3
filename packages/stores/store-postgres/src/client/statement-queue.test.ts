import { expect, it } from 'vitest';
import { StatementQueue } from './statement-queue.ts';

/** Queue over statements that the test answers, and a time limit that ends when `expire` is called. */
function setUp() {
  const statements: { readonly items: readonly string[]; readonly answer: () => void }[] = [];
  const queue = new StatementQueue<string, string>(
    (items) =>
      new Promise((resolve) => {
        statements.push({
          items,
          answer: () => {
            resolve(items.map((item) => `${item}!`));
          },
        });
      }),
  );
  const limits: ((error: Error) => void)[] = [];
  const add = (item: string): Promise<string> =>
    queue.addWithin(
      (work) =>
        new Promise((resolve, reject) => {
          limits.push(reject);
          work().then(resolve, reject);
        }),
      item,
    );
  const expire = (): void => {
    for (const limit of limits.splice(0)) limit(new Error('late'));
  };
  const sent = () => statements.map(({ items }) => items.join());
  return { queue, statements, add, expire, sent };
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

it('sends the items of a tick together, and at most two statements at the same time', async () => {
  const { add, sent, statements } = setUp();
  const answers = [add('a'), add('b')];
  await settled();
  answers.push(add('c'));
  await settled();
  answers.push(add('d'), add('e'));
  await settled();
  expect(sent()).toEqual(['a,b', 'c']);
  statements[0]?.answer();
  await settled();
  expect(sent()).toEqual(['a,b', 'c', 'd,e']);
  for (const { answer } of statements) answer();
  expect(await Promise.all(answers)).toEqual(['a!', 'b!', 'c!', 'd!', 'e!']);
});

it('does not send an item whose limit has ended', async () => {
  const { add, expire, sent, statements } = setUp();
  const failures: Promise<unknown>[] = [];
  for (const item of ['a', 'b', 'c']) {
    failures.push(add(item).catch((error: unknown) => error));
    await settled();
  }
  expire();
  expect(await Promise.all(failures)).toHaveLength(3);
  for (const { answer } of statements) answer();
  await settled();
  expect(sent()).toEqual(['a', 'b']);
});

it('sends further items while two statements of dead connections get no answer, but at most six statements', async () => {
  const { add, expire, sent, statements } = setUp();
  for (const item of ['a', 'b', 'c', 'd', 'e', 'f', 'g']) {
    add(item).catch(() => undefined);
    await settled();
    if (item !== 'a') expire();
    await settled();
  }
  expect(sent()).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
  statements[2]?.answer();
  const last = add('h');
  await settled();
  statements.at(-1)?.answer();
  expect([await last, sent().at(-1)]).toEqual(['h!', 'h']);
});
