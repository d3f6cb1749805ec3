import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createConversations } from '@majordomo/agent';
import { user } from '@majordomo/core';
import { sqliteStores } from '@majordomo/store-sqlite';
import { describe, expect, it } from 'vitest';
import { ChatLog } from '../src/chat/chat-log.ts';
import type { Io } from '../src/program/io.ts';
import { lab, serve, world, type World } from './world.ts';

interface ConversationEntry {
  readonly id: string;
  readonly title: string;
  readonly messages: number;
}

const listConversations = async (cli: World): Promise<readonly ConversationEntry[]> =>
  JSON.parse((await cli.run('log', 'list', '--json')).out) as readonly ConversationEntry[];

const STATE = '.local/state/majordomo';

describe('majordomo log', () => {
  it('stores a conversation with --log, lists it and shows it', async () => {
    await using server = await serve('A butler runs the house.');
    using cli = world({ env: lab(server) });
    await cli.run('chat', 'lab/gpt-4o', 'What does a butler do?', '--log');
    const [stored] = await listConversations(cli);
    expect(stored).toMatchObject({ title: 'What does a butler do?', spec: 'lab/gpt-4o', messages: 2 });
    expect((await cli.run('log')).out).toMatch(
      new RegExp(
        `^${stored?.id ?? ''}  \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d    2  lab/gpt-4o\n  What does a butler do\\?\n$`,
      ),
    );
    const transcript = 'user\nWhat does a butler do?\n\nassistant\nA butler runs the house.\n\n';
    expect((await cli.run('log', 'show')).out).toBe(transcript);
    expect((await cli.run('log', 'show', stored?.id ?? '')).out).toBe(transcript);
    expect(JSON.parse((await cli.run('log', 'show', '--json')).out)).toMatchObject({
      id: stored?.id,
      version: 1,
    });
    if (process.platform !== 'win32')
      expect(statSync(join(cli.cwd, STATE, 'books.db')).mode & 0o777).toBe(0o600);
  });

  it('stores nothing without --log', async () => {
    await using server = await serve('Hello.');
    using cli = world({ env: lab(server) });
    await cli.run('chat', 'lab/gpt-4o', 'hi');
    expect(readdirSync(cli.cwd)).toEqual([]);
    expect((await cli.run('log')).err).toContain('`log: true` stores conversations');
  });

  it('finds words in messages of the user and the model', async () => {
    await using server = await serve('Onions, broth and Gruyère.', 'Hello.');
    using cli = world({ env: lab(server), files: { 'majordomo.config.json': '{"log":true}' } });
    await cli.run('chat', 'lab/gpt-4o', 'How do I cook soup?');
    await cli.run('chat', 'lab/gpt-4o', 'hi');
    const { out, code } = await cli.run('log', 'search', 'gruyere', 'onion');
    expect([code, out]).toEqual([
      0,
      expect.stringMatching(/lab\/gpt-4o\n {2}Onions, broth and Gruyère\.\n$/),
    ]);
    expect(await cli.run('log', 'search', 'tiger')).toMatchObject({
      code: 1,
      out: 'No conversation was found.\n',
    });
    expect(await cli.run('log', 'search', '"*(')).toMatchObject({
      code: 1,
      out: 'No conversation was found.\n',
    });
  });

  it('deletes conversations, and reports unknown ids', async () => {
    await using server = await serve('Hello.');
    using cli = world({ env: lab(server) });
    await cli.run('chat', 'lab/gpt-4o', 'hi', '--log');
    const [stored] = await listConversations(cli);
    expect((await cli.run('log', 'remove', stored?.id ?? '')).out).toBe(`removed ${stored?.id ?? ''}\n`);
    expect(await listConversations(cli)).toEqual([]);
    expect(await cli.run('log', 'show', 'cafe0123')).toMatchObject({
      code: 2,
      err: expect.stringContaining('unknown conversation "cafe0123"'),
    });
    expect((await cli.run('log', '--limit', '0')).err).toContain('--limit must be a positive integer');
  });
});

describe('chat --continue', () => {
  it('continues the newest conversation with its spec and its instructions', async () => {
    await using server = await serve('Hello Ada.', 'Ada.');
    using cli = world({ env: lab(server) });
    await cli.run('chat', 'lab/gpt-4o', 'I am Ada.', '--log', '-s', 'Be brief.');
    const result = await cli.run('chat', '--continue', 'Who am I?');
    expect([result.code, result.out]).toEqual([0, 'Ada.\n']);
    expect(server.requests[1]?.body).toMatchObject({
      model: 'gpt-4o',
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'I am Ada.' },
        { role: 'assistant', content: 'Hello Ada.' },
        { role: 'user', content: 'Who am I?' },
      ],
    });
    expect(await listConversations(cli)).toMatchObject([{ messages: 4 }]);
  });

  it('continues the conversation with the given id, also with another model', async () => {
    await using server = await serve('One.', 'Two.', 'Three.', 'Four.');
    using cli = world({ env: lab(server) });
    await cli.run('chat', 'lab/gpt-4o', 'first', '--log');
    const [first] = await listConversations(cli);
    await cli.run('chat', 'lab/gpt-4o', 'second', '--log');
    await cli.run('chat', '--continue', first?.id ?? '', 'more');
    expect(JSON.stringify(server.requests[2]?.body)).toContain('first');
    await cli.run('chat', '--continue', first?.id ?? '', 'lab/other', 'even more');
    expect(server.requests[3]?.model).toBe('other');
    expect((await listConversations(cli)).map(({ messages }) => messages)).toEqual([6, 2]);
  });

  it('becomes a separate conversation if another process has continued the same one', async () => {
    using cli = world();
    await using stores = sqliteStores(join(cli.cwd, 'log.db'));
    const conversations = createConversations({ records: stores.records });
    const texts: string[] = [];
    const io = { stderr: { write: (text: string) => texts.push(text) } } as unknown as Io;
    await conversations.save({ id: 'cafe0123', spec: 'lab/x', messages: [user('first')] });
    const stored = await conversations.load('cafe0123');
    const mine = new ChatLog(conversations, stored, io);
    await new ChatLog(conversations, stored, io).keep({
      spec: 'lab/x',
      messages: [user('first'), user('theirs')],
    });
    await mine.keep({ spec: 'lab/x', messages: [user('first'), user('mine')] });
    await mine.keep({ spec: 'lab/x', messages: [user('first'), user('mine'), user('again')] });
    const all = await conversations.list();
    expect(all.map(({ messages }) => messages).toSorted()).toEqual([2, 3]);
    const other = all.find(({ id }) => id !== 'cafe0123')?.id ?? '';
    expect(texts).toEqual([
      `(cafe0123 was changed or removed meanwhile; this conversation is stored as ${other})\n`,
    ]);
    expect((await conversations.load('cafe0123'))?.messages.at(-1)).toEqual(user('theirs'));
  });

  it('keeps the title of the user if the conversation becomes a separate one', async () => {
    using cli = world();
    await using stores = sqliteStores(join(cli.cwd, 'log.db'));
    const conversations = createConversations({ records: stores.records });
    const io = { stderr: { write: () => undefined } } as unknown as Io;
    await conversations.save({ id: 'cafe0123', spec: 'lab/x', messages: [user('first')] });
    await conversations.rename('cafe0123', 'Dinner');
    const stored = await conversations.load('cafe0123');
    await conversations.remove('cafe0123');
    await new ChatLog(conversations, stored, io).keep({ spec: 'lab/x', messages: [user('first')] });
    expect(await conversations.list()).toMatchObject([
      { id: expect.not.stringMatching('cafe0123'), title: 'Dinner' },
    ]);
  });

  it('continues if the conversation cannot be stored, and reports this', async () => {
    using cli = world();
    const stores = sqliteStores(join(cli.cwd, 'log.db'));
    await stores.close();
    const texts: string[] = [];
    const io = { stderr: { write: (text: string) => texts.push(text) } } as unknown as Io;
    const conversations = createConversations({ records: stores.records });
    await new ChatLog(conversations, undefined, io).keep({ spec: 'lab/x', messages: [user('hi')] });
    expect(texts.join('')).toMatch(/^\(not stored in the log: .*log\.db was closed/);
  });

  it.each([
    [['--continue', 'cafe0123', 'hi'], 'unknown conversation "cafe0123"'],
    [['--continue', 'hi'], 'no conversation is stored'],
    [
      ['--continue', 'nonsense', 'lab/x', 'hi'],
      '--continue must be the id of a conversation, not "nonsense"',
    ],
    [['--continue', '--load', 'a.json', 'hi'], '--load and --continue cannot be used together'],
    [['--image', 'a.png', '--log', 'hi'], '--image cannot be used with --log'],
  ])('%j is rejected: %s', async (args, expected) => {
    using cli = world();
    const result = await cli.run('chat', ...args);
    expect([result.code, result.out]).toEqual([2, '']);
    expect(result.err).toContain(expected);
  });
});
