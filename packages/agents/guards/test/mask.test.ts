import {
  assistant,
  createMajordomo,
  searchResult,
  toolResult,
  user,
  vendorResult,
  type ChatRequest,
  type Citation,
  type Provider,
} from '@majordomo/core';
import { createOpenAI } from '@majordomo/provider-openai';
import { createRedactor } from '@majordomo/redact';
import { fakeProvider } from '@majordomo/testing';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { guarded, PII_RULES, type GuardOptions, type MaskOptions } from '../src/index.ts';
import { ask, cutAt, failureOf, streamed } from './support/calls.ts';
import { chatServer, type Answer } from './support/chat-server.ts';

const EMAIL = 'max@example.com';
const PHONE = '+49 151 2345678';
const serve = (...answers: readonly Answer[]) =>
  chatServer((_body, at) => answers[at] ?? answers.at(-1) ?? {});
const ok: Answer = { pieces: ['ok'] };

describe('a masked request', () => {
  it('contains placeholders in every text that the vendor receives, and the objects of the caller do not change', async () => {
    const server = await serve(ok);
    const request: ChatRequest = {
      system: `Owner: ${EMAIL}`,
      messages: [
        user(`I am ${EMAIL}, ${PHONE}`),
        assistant([
          { type: 'text', text: `Hello ${EMAIL}` },
          { type: 'tool-call', id: 'c1', name: 'f', args: { to: EMAIL, list: [{ [EMAIL]: PHONE }] } },
        ]),
        toolResult({ callId: 'c1', name: 'f', content: `sent to ${EMAIL}` }),
      ],
    };
    const before = JSON.stringify(request);
    await guarded(server.model, { mask: {} }).generate(request);
    expect(JSON.stringify(request)).toBe(before);
    expect(server.sent()).not.toContain('example.com');
    expect(server.sent()).not.toContain('2345678');
    expect(server.bodies[0]?.messages).toMatchObject([
      { content: 'Owner: [EMAIL_1]' },
      { content: 'I am [EMAIL_1], [PHONE_1]' },
      { content: 'Hello [EMAIL_1]' },
      { content: 'sent to [EMAIL_1]' },
    ]);
    expect(server.sent()).toContain(
      '{\\"to\\":\\"[EMAIL_1]\\",\\"list\\":[{\\"[EMAIL_1]\\":\\"[PHONE_1]\\"}]}',
    );
  });

  it('begins with the same bytes if the transcript is longer', async () => {
    const server = await serve(ok);
    const model = guarded(server.model, {
      mask: { rules: [...PII_RULES, { label: 'ID', pattern: /C-(\d{4})/, group: 1 }] },
    });
    const messages = [user(`${EMAIL} C-1234`), assistant(`Hello ${EMAIL} 1234`)];
    await model.generate({ messages });
    await model.generate({
      messages: [...messages, user(`${PHONE}, b@example.com, C-5678`), assistant('5678')],
    });
    const [short, long] = server.bodies.map((body) => JSON.stringify(body.messages));
    expect(long?.startsWith((short ?? '').slice(0, -1))).toBe(true);
    expect(server.sent()).not.toMatch(/1234|5678/);
  });

  it('masks later occurrences of a value that a rule found by its context, also with JSON escapes', async () => {
    const server = await serve(ok);
    const rules = [{ label: 'NAME', pattern: /name: ([^;]+);/, group: 1 }];
    await guarded(server.model, { mask: { rules } }).generate({
      messages: [
        user('name: Ann "X" Bo;'),
        assistant('Hello Ann "X" Bo'),
        user(JSON.stringify({ who: 'Ann "X" Bo' })),
      ],
    });
    expect(server.bodies[0]?.messages.map(({ content }) => content)).toEqual([
      'name: [NAME_1];',
      'Hello [NAME_1]',
      '{"who":"[NAME_1]"}',
    ]);
  });

  it('masks values in JSON that follow an escape, also in nested JSON, and leaves the JSON valid', async () => {
    const server = await serve(ok);
    const body = `Please write to\n${EMAIL}\tor call\n${PHONE}\n2001:db8::1\n"müller@example.com"`;
    const ascii = JSON.stringify({ body }).replaceAll('ü', '\\u00fc');
    const nested = JSON.stringify({ json: ascii });
    const messages = [user(body), user(ascii), user(`Found: ${ascii}.`), user(nested)];
    await guarded(server.model, { mask: {} }).generate({ messages });
    const masked = 'Please write to\n[EMAIL_1]\tor call\n[PHONE_1]\n[IP_1]\n"[EMAIL_2]"';
    const [first, second, third, fourth] =
      server.bodies[0]?.messages.map(({ content }) => String(content)) ?? [];
    expect(first).toBe(masked);
    expect(JSON.parse(second ?? '')).toEqual({ body: masked });
    expect(third).toBe(`Found: ${JSON.stringify({ body: masked })}.`);
    expect(JSON.parse(fourth ?? '')).toEqual({ json: JSON.stringify({ body: masked }) });
  });

  it.each([
    [JSON.stringify({ home: 'C:\\Users\\nina@contoso.com' }), '{"home":"C:\\\\Users\\\\[EMAIL_1]"}'],
    [JSON.stringify({ home: 'C:\\Users\\Tom@contoso.com' }), '{"home":"C:\\\\Users\\\\[EMAIL_1]"}'],
    ['Who owns "C:\\Users\\nina@contoso.com"?', 'Who owns "C:\\Users\\[EMAIL_1]"?'],
  ])('masks a complete value after a backslash that begins no escape: %s', async (text, masked) => {
    const server = await serve({ pieces: ['[EMAIL_1]'] });
    const response = await guarded(server.model, { mask: {} }).generate(ask(text));
    expect(server.bodies[0]?.messages[0]?.content).toBe(masked);
    expect(response.text).toMatch(/^(?:nina|Tom)@contoso\.com$/);
  });

  it('masks a value also before the text whose context identifies it', async () => {
    const server = await serve(ok);
    const rules = [{ label: 'ID', pattern: /C-(\d{4})/, group: 1 }];
    await guarded(server.model, { mask: { rules } }).generate({
      messages: [user('What is 1234?'), assistant('5678?'), user('Is 1234 paid? I am C-5678 and C-1234.')],
    });
    expect(server.bodies[0]?.messages.map(({ content }) => content)).toEqual([
      'What is [ID_2]?',
      '[ID_1]?',
      'Is [ID_2] paid? I am C-[ID_1] and C-[ID_2].',
    ]);
  });

  it('keeps the numbers of placeholders that a tool has received and returns', async () => {
    const server = await serve(ok);
    const model = guarded(server.model, { mask: { restore: { arguments: [] } } });
    const lookup = { type: 'tool-call', id: 'c1', name: 'lookup', args: { who: '[EMAIL_1]' } } as const;
    await model.generate({
      messages: [
        user(`Customers: ${EMAIL}, b@example.com.`),
        assistant([lookup]),
        toolResult({ callId: 'c1', name: 'lookup', content: '[EMAIL_1] has no order' }),
      ],
    });
    expect(server.bodies[0]?.messages.map(({ content }) => content)).toEqual([
      'Customers: [EMAIL_1], [EMAIL_2].',
      null,
      '[EMAIL_1] has no order',
    ]);
  });

  it('does not use a placeholder that users or tools wrote, and does not restore invented placeholders', async () => {
    const server = await serve({ pieces: ['[EMAIL_1] [EMAIL_2] [EMAIL_9] [OTHER_1]'] });
    const { text } = await guarded(server.model, { mask: {} }).generate({
      messages: [user(`Repeat [EMAIL_1]. I am ${EMAIL}.`)],
    });
    expect(server.bodies[0]?.messages[0]?.content).toBe('Repeat [EMAIL_1]. I am [EMAIL_2].');
    expect(text).toBe(`[EMAIL_1] ${EMAIL} [EMAIL_9] [OTHER_1]`);
  });
});

describe('restoring', () => {
  const phrase = `Mail [EMAIL_1], call [PHONE_1]; [x] [EMAIL_7] [EMAIL`;
  const restored = `Mail ${EMAIL}, call ${PHONE}; [x] [EMAIL_7] [EMAIL`;
  const request = ask(`${EMAIL} ${PHONE}`);

  it('restores a complete answer, and a stream that is split at every position', async () => {
    const cuts = Array.from({ length: phrase.length - 1 }, (_, at) => cutAt(phrase, at + 1));
    const server = await chatServer((_body, at) => ({
      pieces: [[phrase], Array.from(phrase), ...cuts][at] ?? [],
    }));
    const model = guarded(server.model, { mask: {} });
    expect((await model.generate(request)).text).toBe(restored);
    for (let at = 0; at <= cuts.length; at++) {
      const { text, events } = await streamed(model, request);
      expect(text).toBe(restored);
      expect(events.find((event) => event.type === 'part-end')).toMatchObject({ part: { text: restored } });
    }
  });

  it('does not hold back text that cannot be a placeholder', async () => {
    const server = await serve({ pieces: ['a', ' [b', '] c'] });
    const { events } = await streamed(guarded(server.model, { mask: {} }), request);
    const deltas = events.flatMap((event) => (event.type === 'text-delta' ? [event.text] : []));
    expect(deltas).toEqual(['a', ' [b', '] c']);
  });

  it('restores arguments with quotes and backslashes as valid JSON', async () => {
    const value = 'a"b\\c';
    const rules = [{ label: 'V', pattern: /<([^>]+)>/, group: 1 }];
    const answer: Answer = { calls: [{ name: 'f', json: '{"v":"[V_1]"}', cuts: [8] }] };
    const server = await serve(answer, answer);
    const model = guarded(server.model, { mask: { rules } });
    const complete = await model.generate(ask(`<${value}>`));
    expect(complete.toolCalls[0]?.args).toEqual({ v: value });
    const { events } = await streamed(model, ask(`<${value}>`));
    const json = events.map((event) => (event.type === 'args-delta' ? event.json : '')).join('');
    expect(JSON.parse(json)).toEqual({ v: value });
  });

  it('restores only the arguments of listed tools, and no text with text: false', async () => {
    const answer: Answer = {
      pieces: ['[EMAIL_1]'],
      calls: [
        { name: 'f', json: '{"v":"[EMAIL_1]"}' },
        { name: 'g', json: '{"v":"[EMAIL_1]"}' },
      ],
    };
    const server = await serve(answer);
    const model = guarded(server.model, { mask: { restore: { text: false, arguments: ['g'] } } });
    const response = await model.generate(request);
    expect(response.text).toBe('[EMAIL_1]');
    expect(response.toolCalls.map(({ args }) => args['v'])).toEqual(['[EMAIL_1]', EMAIL]);
    expect(response.message.parts).toEqual(response.parts);
  });

  it('passes values instead of placeholders to checks', async () => {
    const server = await serve({ pieces: ['Mail [EMAIL_1]'] });
    const checkedTexts: string[] = [];
    const check = { name: 'c', check: ({ text }: { text: string }) => void checkedTexts.push(text) };
    await guarded(server.model, { mask: {}, input: [check], output: [check] }).generate(ask(EMAIL));
    expect(checkedTexts).toEqual([EMAIL, `Mail ${EMAIL}`]);
  });

  it('restores typed objects before their validation, and their JSON text', async () => {
    const json = '{"mail":"[EMAIL_1]","name":"[NAME_1]"}';
    const server = await serve({ pieces: [json] });
    const rules = [...PII_RULES, { label: 'NAME', pattern: /"[^"]+"/ }];
    const model = guarded(server.model, { mask: { rules } });
    const output = z.object({ mail: z.email(), name: z.string() });
    const response = await model.generateObject({ ...ask(`${EMAIL} "Bo"`), output });
    expect(response.value).toEqual({ mail: EMAIL, name: '"Bo"' });
    expect(JSON.parse(response.text)).toEqual({ mail: EMAIL, name: '"Bo"' });
    const stream = model.streamObject({ ...ask(`${EMAIL} "Bo"`), output });
    const snapshots: unknown[] = [];
    for await (const value of stream) snapshots.push(value);
    expect(snapshots.at(-1)).toEqual(response.value);
    expect(JSON.stringify(snapshots)).not.toContain('[EM');
  });

  it('repairs a typed object without sending values in the issues', async () => {
    const server = await serve({ pieces: ['{"mail":"[EMAIL_2]"}'] }, { pieces: ['{"mail":"[EMAIL_3]"}'] });
    const BOSS = 'boss@example.org';
    const output = z.object({
      mail: z.string().refine((mail) => mail === BOSS, {
        error: ({ input }) => `not ${String(input)}; allowed is ${BOSS}`,
      }),
    });
    const request = ask(`${EMAIL}, anna.${EMAIL}`);
    const { value } = await guarded(server.model, { mask: {} }).generateObject({ ...request, output });
    expect(value).toEqual({ mail: BOSS });
    expect(server.sent()).toContain('not [EMAIL_2]; allowed is [EMAIL_3]');
    expect(server.sent()).not.toMatch(/anna|max@|boss/);
  });

  it('restores citations, and adjusts their offsets to the restored text', async () => {
    const citations: readonly Citation[] = [
      { url: 'https://x.example/[EMAIL_1]', title: 'About [EMAIL_1]', quote: '[EMAIL_1]', start: 5, end: 14 },
      { start: 15, end: 20 },
    ];
    const provider: Provider = fakeProvider({
      id: 'f',
      models: { m: [{ text: 'Mail [EMAIL_1] today', citations }] },
    });
    const model = guarded(createMajordomo({ providers: [provider] }).model('f/m'), { mask: {} });
    const { parts } = await model.generate(ask(EMAIL));
    const [part] = parts;
    if (part?.type !== 'text') throw new Error('expected text');
    expect(part.citations?.map(({ start, end }) => part.text.slice(start, end))).toEqual([EMAIL, 'today']);
    expect(part.citations?.[0]).toMatchObject({
      url: `https://x.example/${EMAIL}`,
      title: `About ${EMAIL}`,
      quote: EMAIL,
    });
  });

  it('leaves no placeholder in the partial response of an error', async () => {
    const server = await serve({ pieces: ['Mail [EMAIL_1] and [EMA'], isCut: true });
    const { text, error } = await streamed(guarded(server.model, { mask: {} }), ask(EMAIL));
    expect(error?.details.partial?.text).toBe(text);
    expect(text).toBe(`Mail ${EMAIL} and `);
  });
});

describe('the built-in rules', () => {
  const maskedText = async (text: string, mask: MaskOptions = {}): Promise<unknown> => {
    const server = await serve(ok);
    await guarded(server.model, { mask }).generate(ask(text));
    return server.bodies[0]?.messages[0]?.content;
  };

  it.each([
    ['Write to max.müller+x@mail.example.co.uk.', 'Write to [EMAIL_1].'],
    ["'bob@x.de' <a@b.io>", "'[EMAIL_1]' <[EMAIL_2]>"],
    ['call +49 (0) 151-2345678 or +14155552671', 'call [PHONE_1] or [PHONE_2]'],
    ['DE89 3704 0044 0532 0130 00 THIS IS IT', '[IBAN_1] THIS IS IT'],
    ['AT611904300234573201 AND MORE', '[IBAN_1] AND MORE'],
    ['GB82WEST12345698765432, GB82WEST12345698765433', '[IBAN_1], GB82WEST12345698765433'],
    ['de89 3704 0044 0532 0130 00 is my account', '[IBAN_1] is my account'],
    ['de89 3704 0044 0532 0130 01 is not', 'de89 3704 0044 0532 0130 01 is not'],
    ['call 0041791234567 or 0049 151 2345678', 'call [PHONE_1] or [PHONE_2]'],
    ['order 0012345678, 0.0041791234567', 'order 0012345678, 0.0041791234567'],
    ['4111.1111.1111.1111 4111.1111.1111.1112', '[CARD_1] 4111.1111.1111.1112'],
    ['?email=max%40example.com&b=100%', '?email=[EMAIL_1]&b=100%'],
    ['4111 1111 1111 1111 123', '[CARD_1] 123'],
    ['4111111111111111, 4111111111111112', '[CARD_1], 4111111111111112'],
    ['378282246310005 3782 822463 10005 12/27', '[CARD_1] [CARD_2] 12/27'],
    ['10.0.0.1. 999.1.1.1 1.2.3', '[IP_1]. 999.1.1.1 1.2.3'],
    ['::1 fe80::1:2 ::ffff:10.0.0.1 12:34:56', '[IP_1] [IP_2] [IP_3] 12:34:56'],
    ['std::vector @home C++11 2020', 'std::vector @home C++11 2020'],
  ])('mask %s', async (text, expected) => {
    expect(await maskedText(text)).toBe(expected);
  });

  it('mask numbers in arguments', async () => {
    const server = await serve(ok);
    const call = { type: 'tool-call', id: 'c', name: 'f', args: { card: 4111111111111111, n: 5 } } as const;
    await guarded(server.model, { mask: {} }).generate({
      messages: [user('x'), assistant([call]), toolResult({ callId: 'c', name: 'f', content: 'y' })],
    });
    expect(server.sent()).toContain('{\\"card\\":\\"[CARD_1]\\",\\"n\\":5}');
  });

  it('can be replaced, with groups, a redactor and a finder', async () => {
    const secret = `sk-${'a1B2c3D4'.repeat(5)}`;
    const text = `C-12345678 ${secret} Anna`;
    const searchedTexts: string[] = [];
    const result = await maskedText(text, {
      rules: [{ label: 'CUSTOMER', pattern: /\bC-(\d{8})\b/, group: 1 }],
      redactor: createRedactor(),
      find: async (all) => {
        searchedTexts.push(all);
        const start = all.indexOf('Anna');
        return [{ label: 'NAME', start, end: start + 4 }];
      },
    });
    expect(result).toBe('C-[CUSTOMER_1] [SECRET_1] [NAME_1]');
    expect(searchedTexts).toEqual([text]);
  });

  it('leaves no part of overlapping values', async () => {
    const find = async () => [{ label: 'NAME', start: 0, end: 5 }];
    expect(await maskedText(`Xy ${EMAIL} z`, { find })).toBe('[NAME_1] z');
  });
});

describe('a finder', () => {
  const findNames = async (text: string) =>
    [...text.matchAll(/Anna|Bo/g)].map((match) => ({
      label: 'NAME',
      start: match.index,
      end: match.index + match[0].length,
    }));

  it('receives new text only, and its values are restored', async () => {
    const server = await serve({ pieces: ['Dear [NAME_1], [NAME_2]'] });
    const received: string[] = [];
    const find = async (text: string) => {
      received.push(text);
      return findNames(text);
    };
    const model = guarded(server.model, { mask: { find } });
    const first = user('I am Anna', 'and Bo');
    const response = await model.generate({ system: 'sys', messages: [first] });
    expect(response.text).toBe('Dear Anna, Bo');
    await model.generate({ system: 'sys', messages: [first, response.message, user('bye')] });
    expect(received).toEqual(['sys\n\nI am Anna\n\nand Bo', 'Dear Anna, Bo\n\nbye']);
    expect(server.sent()).not.toMatch(/Anna|Bo/);
  });

  it.each<[string, MaskOptions['find']]>([
    ['rejects', async () => Promise.reject(new Error('down'))],
    ['returns a range outside the text', async () => [{ label: 'A', start: 0, end: 99 }]],
    ['returns an invalid label', async () => [{ label: 'a b', start: 0, end: 1 }]],
  ])('that %s is treated as down: the call is denied, or allowed with a warning', async (_name, find) => {
    const server = await serve(ok);
    const call = (options: GuardOptions) =>
      guarded(server.model, { mask: { find }, ...options }).generate(ask(EMAIL));
    expect(await failureOf(call({}))).toMatchObject({ kind: 'denied', details: { code: 'mask' } });
    expect(server.connections()).toBe(0);
    expect((await call({ whenDown: 'allow' })).warnings).toMatchObject([{ what: 'check "mask"' }]);
    expect(server.sent()).toContain('[EMAIL_1]');
  });
});

it("a vendor's call runs with the masked values, and another vendor receives only placeholders", async () => {
  const item = { type: 'shell_call', id: 'sh_1', call_id: 'c1', action: { commands: ['mail [EMAIL_1]'] } };
  const bodies: string[] = [];
  const fetch = (_url: unknown, init?: RequestInit): Promise<Response> => {
    bodies.push(String(init?.body));
    return Promise.resolve(Response.json({ id: 'r', status: 'completed', output: [item] }));
  };
  const providers = ['openai', 'other'].map((id) => createOpenAI({ id, apiKey: 'k', fetch }));
  const majordomo = createMajordomo({ providers });
  const [openai, other] = ['openai', 'other'].map((id) =>
    guarded(majordomo.model(`${id}/gpt-5.4`), { mask: {} }),
  );
  const asked = user(`Write to ${EMAIL}`);
  const response = await openai?.generate({ messages: [asked] });
  const [call] = response?.parts ?? [];
  expect(call).toMatchObject({ type: 'vendor-call', args: { commands: [`mail ${EMAIL}`] } });
  if (response === undefined || call?.type !== 'vendor-call') return;
  await other?.generate({
    messages: [asked, response.message, vendorResult(call, { content: `to ${EMAIL}` })],
  });
  expect(bodies[1]).toContain('mail [EMAIL_1]');
  expect(bodies.join()).not.toContain(EMAIL);
});

it('texts of documents are masked and judged, as texts are', async () => {
  const server = await serve(ok);
  const found = searchResult({
    source: 'https://a.example',
    title: `Mail of ${EMAIL}`,
    text: `Write to ${EMAIL}`,
  });
  const judged: string[] = [];
  const input = [{ name: 'seen', check: ({ text }: { readonly text: string }) => void judged.push(text) }];
  await guarded(server.model, { mask: {}, input }).generate({ messages: [user('who?', found)] });
  expect(server.sent()).toContain('Write to [EMAIL_1]');
  expect(server.sent()).not.toContain('example.com');
  expect(judged.join()).toContain(`Write to ${EMAIL}`);
});
