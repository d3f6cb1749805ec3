import { assistant, image, user, type ChatRequest } from '@majordomo/core';
import { seededRandom } from '@majordomo/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { precisionOf, shapeOf, sizeFor } from '../src/plan/sizes.ts';
import { drawSample, sharesOf } from '../src/sample/draw.ts';
import type { Features } from '../src/sample/features.ts';
import { kindsOf } from '../src/sample/kinds.ts';
import { languageOf } from '../src/compare/language.ts';
import { areNear, fingerprintOf } from '../src/sample/near-duplicates.ts';

describe('the language of a text', () => {
  it.each<readonly [language: string, text: string]>([
    ['en', 'Can you tell me what the weather is like?'],
    ['de', 'Kannst du mir bitte sagen, ob das Wetter schön ist?'],
    ['fr', 'Est-ce que vous pouvez nous dire le temps qu’il fait ?'],
    ['es', 'El pedido no ha llegado a la casa que está en Madrid'],
    ['it', 'Il pacco non è arrivato alla casa che ho in Italia'],
    ['pt', 'O pedido não chegou, você pode ver o que há com ele?'],
    ['nl', 'Het pakket is niet aangekomen op het adres van mijn zus'],
    ['pl', 'Przesyłka nie dotarła, czy to jest możliwe?'],
    ['sv', 'Paketet har inte kommit till det hus som jag har'],
    ['tr', 'Bu paket için ne kadar daha beklemek gerekir?'],
    ['cs', 'Zásilka se neztratila, ale není tak velká jako ta první'],
    ['ja', '注文はどこですか'],
    ['zh', '我的订单在哪里'],
    ['ko', '주문이 어디에 있나요'],
    ['cyrillic', 'Где мой заказ?'],
    ['el', 'Πού είναι η παραγγελία μου;'],
    ['arabic', 'أين طلبي'],
    ['latin', 'xyzzy plugh'],
    ['none', '12345 !!'],
  ])('is %s', (language, text) => {
    expect(languageOf(text)).toBe(language);
  });
});

describe('kinds of calls', () => {
  const features = (route: string, language: string): Features => ({
    route,
    language,
    form: 'text',
    schema: 'none',
    tools: 'none',
    length: 'below 1k tokens',
  });
  const calls = (
    route: string,
    language: string,
    count: number,
  ): readonly { readonly features: Features }[] =>
    Array.from({ length: count }, () => ({ features: features(route, language) }));
  const countsOf = (all: readonly { readonly features: Features }[], most?: number): object => {
    const counts: Record<string, number> = {};
    for (const kind of kindsOf(all, most).values()) counts[kind] = (counts[kind] ?? 0) + 1;
    return counts;
  };

  it('have the names of the features that divide them', () => {
    const all = [...calls('chat', 'de', 100), ...calls('chat', 'en', 60), ...calls('extract', 'en', 80)];
    expect(countsOf(all)).toEqual({ 'chat · de': 100, 'chat · en': 60, extract: 80 });
  });

  it('join rare values', () => {
    const all = [
      ...calls('chat', 'de', 100),
      ...calls('extract', 'de', 90),
      ...calls('a', 'de', 3),
      ...calls('b', 'de', 4),
    ];
    expect(countsOf(all)).toEqual({ chat: 100, extract: 90, other: 7 });
  });

  it('join the least frequent values if there is no room for each of them', () => {
    const all = [...calls('chat', 'de', 100), ...calls('extract', 'de', 90), ...calls('title', 'de', 80)];
    expect(countsOf(all, 2)).toEqual({ chat: 100, other: 170 });
  });

  it('are not divided for few calls', () => {
    expect(countsOf([...calls('chat', 'de', 30), ...calls('extract', 'de', 35)])).toEqual({
      'all calls': 65,
    });
  });

  it('are at most as many as asked, and every call has one', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(9), fc.nat(9)), { maxLength: 1500 }),
        fc.integer({ min: 1, max: 30 }),
        (pairs, most) => {
          const all = pairs.map(([route, language]) => ({ features: features(`r${route}`, `l${language}`) }));
          const kinds = kindsOf(all, most);
          expect(kinds.size).toBe(all.length);
          expect(new Set(kinds.values()).size).toBeLessThanOrEqual(Math.min(24, most));
        },
      ),
    );
  });
});

describe('near duplicates', () => {
  const text =
    'My parcel with the number 1234 has not arrived, although the tracking says that it was delivered on Monday at noon to the neighbor.';
  const print = (words: string, more: Partial<ChatRequest> = {}): ReturnType<typeof fingerprintOf> =>
    fingerprintOf({ messages: [user(words)], ...more });

  it.each<
    readonly [what: string, a: ReturnType<typeof print>, b: ReturnType<typeof print>, areDuplicates: boolean]
  >([
    [
      'other digits, spaces and case',
      print(text),
      print(text.replace('1234', '9876').toUpperCase().replaceAll(' ', '\n')),
      true,
    ],
    [
      'one other letter in a long text',
      print(text.repeat(4)),
      print(text.repeat(4).replace('noon', 'moon')),
      true,
    ],
    [
      'other words',
      print(text),
      print('How do I change the address of my account, and can I keep my old invoices?'),
      false,
    ],
    ['another system text', print(text, { system: 'a' }), print(text, { system: 'b' }), false],
    [
      'the same last text after another beginning',
      print('', { messages: [user('a'), user('yes')] }),
      print('', { messages: [user('b'), user('yes')] }),
      false,
    ],
    ['other short words', print('yes'), print('no'), false],
    [
      'another image',
      print('', { messages: [user('What is this?', image(new Uint8Array([1])))] }),
      print('', { messages: [user('What is this?', image(new Uint8Array([2])))] }),
      false,
    ],
    [
      'the same image and other digits',
      print('', { messages: [user('Is this the number 7?', image(new Uint8Array([1])))] }),
      print('', { messages: [user('Is this the number 8?', image(new Uint8Array([1])))] }),
      true,
    ],
    [
      'another question after long instructions',
      print(`${text.repeat(40)} Where is my parcel?`),
      print(
        `${text.repeat(40)} How do I cancel the contract that my father signed in March, before the move?`,
      ),
      false,
    ],
    [
      'another document between long instructions',
      print(`${text.repeat(20)} Where is my parcel? ${text.repeat(20)}`),
      print(`${text.repeat(20)} How do I cancel this contract? ${text.repeat(20)}`),
      false,
    ],
    [
      'another last message of a transcript without a user',
      print('', { messages: [assistant('a'), assistant('b')] }),
      print('', { messages: [assistant('a'), assistant('c')] }),
      false,
    ],
  ])('with %s: %#', (_what, a, b, areDuplicates) => {
    expect(areNear(a, b)).toBe(areDuplicates);
  });
});

describe('a sample', () => {
  const call = (at: number, kind: string, words = `question ${at.toString(36)} ${Math.sin(at)}`) => ({
    id: `c${at}`,
    kind,
    conversation: `v${Math.floor(at / 2)}`,
    fingerprint: fingerprintOf({
      messages: [user(words.replace(/\d/g, (digit) => 'abcdefghij'[Number(digit)] ?? ''))],
    }),
  });

  it('has at least 20 calls of each kind, and more of frequent kinds', () => {
    const calls = Array.from({ length: 1000 }, (_, at) => call(at, at % 20 === 0 ? 'rare' : 'frequent'));
    const drawn = drawSample(calls, 100, seededRandom(1));
    const rare = drawn.filter((one) => one.call.kind === 'rare').length;
    expect(rare).toBeGreaterThanOrEqual(20);
    expect(drawn.length - rare).toBeGreaterThan(70);
    expect(sharesOf(calls)).toEqual([
      { kind: 'frequent', share: 0.95 },
      { kind: 'rare', share: 0.05 },
    ]);
  });

  it('counts near duplicates as units that copy a distinct call, and draws on', () => {
    const calls = Array.from({ length: 400 }, (_, at) =>
      call(at, 'one', at % 2 === 0 ? 'the same question' : undefined),
    );
    const drawn = drawSample(calls, 50, seededRandom(2));
    const distinct = drawn.filter(({ copyOf }) => copyOf === undefined);
    expect(distinct).toHaveLength(50);
    expect(drawn.length).toBeGreaterThan(80);
    const ids = new Set(distinct.map(({ call: { id } }) => id));
    for (const { copyOf } of drawn) if (copyOf !== undefined) expect(ids).toContain(copyOf);
    const conversations = new Map(drawn.map(({ call: { id, conversation } }) => [id, conversation]));
    for (const { call: one, copyOf } of drawn)
      expect(one.conversation).toBe(conversations.get(copyOf ?? one.id));
  });

  it('is equal for an equal seed', () => {
    const calls = Array.from({ length: 300 }, (_, at) => call(at, 'one'));
    const ids = (seed: number): readonly string[] =>
      drawSample(calls, 40, seededRandom(seed)).map((one) => one.call.id);
    expect(ids(3)).toEqual(ids(3));
    expect(ids(3)).not.toEqual(ids(4));
  });

  it('has the smallest size that reaches a precision', () => {
    const shape = shapeOf(Array.from({ length: 5000 }, (_, at) => call(at, at % 3 === 0 ? 'a' : 'b')));
    const size = sizeFor(shape, 0.02) ?? 0;
    expect(precisionOf(shape, size)).toBeLessThanOrEqual(0.02);
    expect(precisionOf(shape, size - 1)).toBeGreaterThan(0.02);
    expect(sizeFor(shape, 0.0001)).toBeUndefined();
  });
});
