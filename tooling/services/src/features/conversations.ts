import { assistant, user } from '@majordomo/core';
import { deepEqual, equal, match, rejects } from 'node:assert/strict';
import { nextMillisecond, type StoreCase } from './store-case.ts';
import type { TestedConversationStore } from './stored-agent-data.ts';

/** Two stores of conversations that share initially empty data, like stores of two processes. */
export type ConversationStores = readonly [mine: TestedConversationStore, theirs: TestedConversationStore];

const soup = [
  user('How do I cook Soupe à l’oignon?'),
  assistant('With onions, broth and a crust of Gruyère.'),
];
const spec = 'lab/x';

const isConflict = (error: { readonly kind: string; readonly message: string }): boolean => {
  equal(error.kind, 'denied');
  match(error.message, /another process has saved it meanwhile/);
  return true;
};

const ids = (found: readonly { readonly id: string }[]): readonly string[] => found.map(({ id }) => id);

const SAVING: readonly StoreCase<ConversationStores>[] = [
  {
    name: 'loads a conversation as it was saved, with its bytes and instructions',
    async run(create) {
      const [mine, theirs] = await create();
      const messages = [
        user('Look', { type: 'image', mediaType: 'image/png', bytes: new Uint8Array([1, 2]) }),
      ];
      equal(await mine.save({ id: 'a', spec, system: 'Be brief.', messages }), 1);
      const found = await theirs.load('a');
      deepEqual(found, {
        id: 'a',
        at: found?.at,
        version: 1,
        spec,
        title: 'Look',
        system: 'Be brief.',
        messages,
      });
      equal(await mine.load('b'), undefined);
    },
  },
  {
    name: 'stores strings with any character and of any length',
    async run(create) {
      const [mine, theirs] = await create();
      for (const [index, text] of [
        '\0',
        'a\0b',
        '\uD800',
        'x\uDC00',
        '\\u0000',
        '😀',
        '',
        'ü '.repeat(300_000),
      ].entries()) {
        const id = `${text.slice(0, 100)}${index}`;
        await mine.save({ id, spec, system: text, messages: [user(text)] });
        const found = await theirs.load(id);
        deepEqual([found?.system, found?.messages], [text, [user(text)]]);
        equal(await theirs.remove(id), true);
      }
      await mine.save({ id: 'empty', spec, messages: [] });
      deepEqual((await theirs.load('empty'))?.messages, []);
    },
  },
  {
    name: 'replaces changed messages and forgets those that were taken back',
    async run(create) {
      const [mine, theirs] = await create();
      await mine.save({ id: 'a', spec, messages: soup });
      await mine.save({ id: 'a', spec: 'lab/y', messages: [...soup, user('And salt?')] }, 1);
      deepEqual((await theirs.load('a'))?.messages, [...soup, user('And salt?')]);
      const changed = [...soup.slice(0, 1), assistant('With patience.')];
      equal(await mine.save({ id: 'a', spec: 'lab/y', messages: changed }, 2), 3);
      deepEqual((await theirs.load('a'))?.messages, changed);
      deepEqual(await mine.search('gruyere'), []);
      deepEqual(await mine.search('salt'), []);
      equal((await mine.search('patience')).length, 1);
    },
  },
  {
    name: 'rejects a save that does not continue the stored version',
    async run(create) {
      const [mine, theirs] = await create();
      await mine.save({ id: 'a', spec, messages: soup });
      await theirs.save({ id: 'a', spec, messages: [...soup, user('theirs')] }, 1);
      await rejects(mine.save({ id: 'a', spec, messages: [...soup, user('mine')] }, 1), isConflict);
      await rejects(mine.save({ id: 'a', spec, messages: soup }), isConflict);
      await rejects(mine.save({ id: 'b', spec, messages: soup }, 1), isConflict);
      deepEqual((await mine.load('a'))?.messages.at(-1), user('theirs'));
    },
  },
  {
    name: 'accepts one of several parallel saves of a version',
    async run(create) {
      const stores = await create();
      await stores[0].save({ id: 'a', spec, messages: soup });
      const saves = Array.from({ length: 10 }, (_, number) =>
        (number % 2 === 0 ? stores[0] : stores[1]).save(
          { id: 'a', spec, messages: [...soup, user(`${number}`)] },
          1,
        ),
      );
      const settled = await Promise.allSettled(saves);
      const accepted = settled.findIndex(({ status }) => status === 'fulfilled');
      equal(settled.filter(({ status }) => status === 'fulfilled').length, 1);
      deepEqual((await stores[0].load('a'))?.messages, [...soup, user(`${accepted}`)]);
    },
  },
  {
    name: 'lists conversations newest first, with the beginning of the first question as title',
    async run(create) {
      const [mine, theirs] = await create();
      await mine.save({ id: 'old', spec, messages: soup });
      await nextMillisecond();
      const long = `  What\n is ${'very '.repeat(40)}long?`;
      await mine.save({ id: 'new', spec: 'lab/y', messages: [user(long)] });
      const [first, second] = await theirs.list();
      deepEqual([first?.id, first?.spec, first?.messages], ['new', 'lab/y', 1]);
      match(first?.title ?? '', /^What is very .*…$/);
      equal(first?.title.length, 80);
      deepEqual([second?.id, second?.title, second?.messages], ['old', 'How do I cook Soupe à l’oignon?', 2]);
      deepEqual(ids(await theirs.list(1)), ['new']);
    },
  },
  {
    name: 'removes a conversation from lists and searches',
    async run(create) {
      const [mine, theirs] = await create();
      await mine.save({ id: 'a', spec, messages: soup });
      deepEqual([await theirs.remove('a'), await mine.remove('a')], [true, false]);
      equal(await mine.load('a'), undefined);
      deepEqual(await mine.search('onions'), []);
      equal(await mine.save({ id: 'a', spec, messages: soup }), 1);
    },
  },
];

const TITLES: readonly StoreCase<ConversationStores>[] = [
  {
    name: "does not replace a user's title with a model's title",
    async run(create) {
      const [mine, theirs] = await create();
      await mine.save({ id: 'a', spec, messages: soup });
      equal(await mine.rename('a', 'Dinner on Sunday'), true);
      equal(await theirs.rename('a', 'Cooking onion soup', 'model'), false);
      equal((await theirs.load('a'))?.title, 'Dinner on Sunday');
    },
  },
  {
    name: "replaces a model's title with its next title and with a user's title",
    async run(create) {
      const [mine, theirs] = await create();
      await mine.save({ id: 'a', spec, messages: soup });
      for (const [title, by] of [
        ['Cooking', 'model'],
        ['Cooking onion soup', 'model'],
        ['Dinner', 'user'],
        ['Supper', 'user'],
      ] as const) {
        equal(await mine.rename('a', title, by), true);
        equal((await theirs.list())[0]?.title, title);
      }
    },
  },
  {
    name: 'keeps a title when the conversation is saved, and its version when it is renamed',
    async run(create) {
      const [mine, theirs] = await create();
      await mine.save({ id: 'a', spec, messages: soup });
      await mine.rename('a', ' Dinner\non Sunday ');
      equal(await mine.save({ id: 'a', spec, messages: [user('Else?')] }, 1), 2);
      const found = await theirs.load('a');
      deepEqual([found?.title, found?.version], ['Dinner on Sunday', 2]);
      equal((await mine.search('else'))[0]?.title, 'Dinner on Sunday');
    },
  },
  {
    name: 'renames only existing conversations, and rejects an empty title',
    async run(create) {
      const [mine] = await create();
      await mine.save({ id: 'a', spec, messages: soup });
      equal(await mine.rename('b', 'Dinner'), false);
      await rejects(mine.rename('a', ' \n'), { kind: 'config' });
    },
  },
];

const SEARCHES: readonly StoreCase<ConversationStores>[] = [
  {
    name: 'finds words by their beginning, without case, accents and operators',
    async run(create) {
      const [mine, theirs] = await create();
      await mine.save({ id: 'a', spec, messages: soup });
      await mine.save({ id: 'b', spec, messages: [user('Something else and more')] });
      for (const query of [
        'ONION',
        'gruyere',
        'broth crust',
        '"onions" (broth',
        'Gruye\u0300re',
        'l’oignon',
        '-onions*',
      ])
        deepEqual(ids(await theirs.search(query)), ['a'], query);
      for (const query of [
        'tiger',
        'onions tiger',
        '',
        ' \n',
        '"',
        '***',
        'NEAR(',
        "'",
        '\\',
        '\0',
        '\uD800',
        ':*',
      ])
        deepEqual(await theirs.search(query), [], JSON.stringify(query));
    },
  },
  {
    name: 'finds words of scripts without spaces',
    async run(create) {
      const [mine] = await create();
      await mine.save({ id: 'a', spec, messages: [user('私は東京都に住んでいます')] });
      equal((await mine.search('東京')).length, 1);
      equal((await mine.search('京東')).length, 0);
    },
  },
  {
    name: 'returns each conversation once, best first, with an excerpt',
    async run(create) {
      const [mine] = await create();
      const long = `${'Much is said before. '.repeat(20)}Then comes the Onion, and ${'more '.repeat(50)}`;
      await mine.save({ id: 'long', spec, messages: [user(long), assistant(long)] });
      await mine.save({ id: 'short', spec, messages: [user('onion')] });
      const found = await mine.search('onion');
      deepEqual(ids(found), ['short', 'long']);
      const excerpt = found[1]?.excerpt ?? '';
      equal(excerpt.startsWith('…') && excerpt.endsWith('…'), true, excerpt);
      match(excerpt, /Then comes the Onion, and more /);
      equal(found[0]?.excerpt, 'onion');
      deepEqual(ids(await mine.search('onion', 1)), ['short']);
    },
  },
];

/** Cases that every store of conversations must pass, for any test runner. */
export const conversationStoreConformance: readonly StoreCase<ConversationStores>[] = [
  ...SAVING,
  ...TITLES,
  ...SEARCHES,
];
