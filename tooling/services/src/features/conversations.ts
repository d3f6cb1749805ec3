import { createConversations } from '@majordomo/agent';
import { assistant, user } from '@majordomo/core';
import { deepEqual, equal, match, rejects } from 'node:assert/strict';
import { nextMillisecond, type FeatureCase, type Pair } from './feature-case.ts';

/** Creates the conversations of two processes. */
const both = ([mine, theirs]: Pair) =>
  [createConversations({ records: mine }), createConversations({ records: theirs })] as const;

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

const SAVING: readonly FeatureCase[] = [
  {
    name: 'conversations: loads a conversation as it was saved, with its bytes and instructions',
    async run(stores) {
      const [mine, theirs] = both(stores);
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
        titleBy: undefined,
        system: 'Be brief.',
        messages,
      });
      equal(await mine.load('b'), undefined);
    },
  },
  {
    name: 'conversations: stores strings with any character and of any length',
    async run(stores) {
      const [mine, theirs] = both(stores);
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
    name: 'conversations: replaces changed messages and forgets those that were taken back',
    async run(stores) {
      const [mine, theirs] = both(stores);
      await mine.save({ id: 'a', spec, messages: soup });
      await mine.save({ id: 'a', spec: 'lab/y', messages: [...soup, user('And salt?')] }, 1);
      deepEqual((await theirs.load('a'))?.messages, [...soup, user('And salt?')]);
      const changed = [...soup.slice(0, 1), assistant('With patience.')];
      equal(await mine.save({ id: 'a', spec: 'lab/y', messages: changed }, 2), 3);
      deepEqual((await theirs.load('a'))?.messages, changed);
    },
  },
  {
    name: 'conversations: writes only the pages of messages that changed',
    async run(stores) {
      const [mine, theirs] = both(stores);
      const messages = Array.from({ length: 40 }, (_, number) => user(`message ${number}`));
      await mine.save({ id: 'a', spec, messages });
      const pages = async () =>
        (await stores[1].list('conversations', { label: 'page', values: false, limit: 99 })).map(
          ({ key, version }) => `${key} ${version}`,
        );
      const before = await pages();
      await theirs.save({ id: 'a', spec, messages: [...messages, user('more')] }, 1);
      const after = await pages();
      equal(before.length > 2, true);
      deepEqual(after.slice(0, before.length - 1), before.slice(0, -1));
      equal(after.at(-1) !== before.at(-1), true);
      const changed = [...messages.slice(0, 3), user('other')];
      await mine.save({ id: 'a', spec, messages: changed }, 2);
      deepEqual((await theirs.load('a'))?.messages, changed);
      equal((await pages()).length, 1);
    },
  },
  {
    name: 'conversations: rejects a save that does not continue the stored version',
    async run(stores) {
      const [mine, theirs] = both(stores);
      await mine.save({ id: 'a', spec, messages: soup });
      await theirs.save({ id: 'a', spec, messages: [...soup, user('theirs')] }, 1);
      await rejects(mine.save({ id: 'a', spec, messages: [...soup, user('mine')] }, 1), isConflict);
      await rejects(mine.save({ id: 'a', spec, messages: soup }), isConflict);
      await rejects(mine.save({ id: 'b', spec, messages: soup }, 1), isConflict);
      deepEqual((await mine.load('a'))?.messages.at(-1), user('theirs'));
    },
  },
  {
    name: 'conversations: accepts one of several parallel saves of a version',
    async run(pair) {
      const stores = both(pair);
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
    name: 'conversations: lists conversations newest first, with the beginning of the first question as title',
    async run(stores) {
      const [mine, theirs] = both(stores);
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
    name: 'conversations: keeps conversations apart whose ids begin alike',
    async run(stores) {
      const [mine, theirs] = both(stores);
      const all = ['', 'a', 'a"', 'a"page000', 'a\\"title', '"a"', 'aa'];
      for (const id of all) await mine.save({ id, spec, messages: [user(`of ${id}`)] });
      for (const id of all) await theirs.rename(id, `title ${id}.`);
      for (const id of all) {
        const found = await theirs.load(id);
        deepEqual([found?.id, found?.title, found?.messages], [id, `title ${id}.`, [user(`of ${id}`)]]);
      }
      equal(await mine.remove('a'), true);
      deepEqual(ids(await theirs.list()).toSorted(), all.filter((id) => id !== 'a').toSorted());
    },
  },
  {
    name: 'conversations: removes a conversation, whose id can be used again',
    async run(stores) {
      const [mine, theirs] = both(stores);
      await mine.save({ id: 'a', spec, messages: soup });
      deepEqual([await theirs.remove('a'), await mine.remove('a')], [true, false]);
      equal(await mine.load('a'), undefined);
      deepEqual(await mine.list(), []);
      equal(await mine.save({ id: 'a', spec, messages: soup }), 1);
    },
  },
];

const TITLES: readonly FeatureCase[] = [
  {
    name: "conversations: does not replace a user's title with a model's title",
    async run(stores) {
      const [mine, theirs] = both(stores);
      await mine.save({ id: 'a', spec, messages: soup });
      equal(await mine.rename('a', 'Dinner on Sunday'), true);
      equal(await theirs.rename('a', 'Cooking onion soup', 'model'), false);
      equal((await theirs.load('a'))?.title, 'Dinner on Sunday');
    },
  },
  {
    name: "conversations: replaces a model's title with its next title and with a user's title",
    async run(stores) {
      const [mine, theirs] = both(stores);
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
    name: 'conversations: keeps a title when the conversation is saved, and its version when it is renamed',
    async run(stores) {
      const [mine, theirs] = both(stores);
      await mine.save({ id: 'a', spec, messages: soup });
      await mine.rename('a', ' Dinner\non Sunday ');
      equal(await mine.save({ id: 'a', spec, messages: [user('Else?')] }, 1), 2);
      const found = await theirs.load('a');
      deepEqual([found?.title, found?.version], ['Dinner on Sunday', 2]);
    },
  },
  {
    name: 'conversations: renames only existing conversations, and rejects an empty title',
    async run(stores) {
      const [mine] = both(stores);
      await mine.save({ id: 'a', spec, messages: soup });
      equal(await mine.rename('b', 'Dinner'), false);
      await rejects(mine.rename('a', ' \n'), { kind: 'config' });
    },
  },
];

const SEARCHES: readonly FeatureCase[] = [
  {
    name: 'conversations: finds no messages that were taken back or removed, and shows the title that was set',
    async run(stores) {
      const [mine, theirs] = both(stores);
      await mine.save({ id: 'a', spec, messages: [...soup, user('And salt?')] });
      await mine.rename('a', 'Dinner on Sunday');
      await mine.save({ id: 'a', spec, messages: [...soup.slice(0, 1), assistant('With patience.')] }, 1);
      deepEqual(await theirs.search('gruyere'), []);
      deepEqual(await theirs.search('salt'), []);
      deepEqual((await theirs.search('patience'))[0]?.title, 'Dinner on Sunday');
      await mine.remove('a');
      deepEqual(await theirs.search('patience'), []);
    },
  },
  {
    name: 'conversations: finds words by their beginning, without case, accents and operators',
    async run(stores) {
      const [mine, theirs] = both(stores);
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
    name: 'conversations: finds words of scripts without spaces',
    async run(stores) {
      const [mine] = both(stores);
      await mine.save({ id: 'a', spec, messages: [user('私は東京都に住んでいます')] });
      equal((await mine.search('東京')).length, 1);
      equal((await mine.search('京東')).length, 0);
    },
  },
  {
    name: 'conversations: returns each conversation once, best first, with an excerpt',
    async run(stores) {
      const [mine] = both(stores);
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

/** Cases of stored conversations. */
export const conversationCases: readonly FeatureCase[] = [...SAVING, ...TITLES];
/** Cases of the search, for stores that have one. */
export const conversationSearchCases: readonly FeatureCase[] = SEARCHES;
