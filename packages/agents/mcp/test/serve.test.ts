import { defineTool, suspend, type Tool } from '@majordomo/agent';
import { describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import {
  connectMcp,
  reportProgress,
  serveMcp,
  type McpOptions,
  type McpToolbox,
  type ServeOptions,
} from '../src/index.ts';
import { placeOf } from './support/in-process.ts';
import { countingClock, rejection, run, testToolbox, until } from './support/world.ts';

/** Connects a client and a server of the SDK without a network. */
async function served(
  tools: readonly Tool[],
  serving: Partial<ServeOptions> = {},
  client: Partial<McpOptions> = {},
): Promise<McpToolbox> {
  const server = serveMcp({ name: 'sky', version: '1.2.3', tools, ...serving });
  const box = await connectMcp({
    name: 's',
    prefix: '',
    place: placeOf(server),
    approve: 'none',
    ...client,
  });
  onTestFinished(async () => {
    await box.close();
    await server.close();
  });
  return box;
}

const weather = defineTool({
  name: 'weather',
  description: 'Weather in a city',
  parameters: z.object({ city: z.string() }),
  run: ({ city }) => `sunny in ${city}`,
});

const plain = (name: string, made: Tool['run'], more: Partial<Tool> = {}): Tool => ({
  name,
  description: name,
  parameters: { type: 'object' },
  run: made,
  ...more,
});

const BOTH = [['2025'], ['auto']] as const;

describe.each(BOTH)('tools that are served to clients of %s', (protocol) => {
  it('are listed with their schemas, and run with checked arguments', async () => {
    const box = await served([weather], {}, { protocol });
    expect(box.tools).toMatchObject([
      {
        name: 'weather',
        description: 'Weather in a city',
        parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
      },
    ]);
    expect(await run(box, 'weather', { city: 'Rome' })).toEqual([{ type: 'text', text: 'sunny in Rome' }]);
    await expect(run(box, 'weather', { city: 7 })).rejects.toThrow('Invalid arguments');
  });

  it('return images, documents, JSON and failures as results', async () => {
    const bytes = new Uint8Array([137, 80, 78, 71, 13, 10, 26, 10]);
    const pdf = {
      type: 'file',
      mediaType: 'application/pdf',
      bytes: new TextEncoder().encode('%PDF-1.7'),
      name: 'a b.pdf',
    } as const;
    const box = await served(
      [
        plain('picture', () => [{ type: 'image', mediaType: 'image/png', bytes }]),
        plain('document', () => [pdf]),
        plain('json', () => ({ a: 1 })),
        plain('broken', () => {
          throw new Error('out of clouds');
        }),
        plain('waits', () => suspend()),
        plain('late', () => new Promise(() => undefined), { timeoutMs: 20 }),
        plain('long', () => 'x'.repeat(500), { maxResultChars: 10 }),
      ],
      {},
      { protocol },
    );
    expect(await run(box, 'picture')).toEqual([{ type: 'image', mediaType: 'image/png', bytes }]);
    expect(await run(box, 'document')).toEqual([{ ...pdf, name: 'a%20b.pdf' }]);
    expect(await run(box, 'json')).toEqual([{ type: 'text', text: '{"a":1}' }]);
    await expect(run(box, 'broken')).rejects.toThrow('The tool failed: out of clouds');
    await expect(run(box, 'waits')).rejects.toThrow('waits for a decision');
    await expect(run(box, 'late')).rejects.toThrow('did not return within 20 ms');
    expect(JSON.stringify(await run(box, 'long'))).toContain('[cut: 490 of 500 characters');
  });

  it('are notified when the client cancels', async () => {
    const heard: string[] = [];
    const deaf = plain('deaf', async (_args, { signal }) => {
      heard.push('began');
      await new Promise((resolve) => {
        signal.addEventListener('abort', resolve);
      });
      heard.push('ended');
      return '';
    });
    const box = await served([deaf], { sessions: 1 }, { protocol });
    const controller = new AbortController();
    const outcome = rejection(run(box, 'deaf', {}, { signal: controller.signal }));
    await until(() => heard.includes('began'));
    controller.abort();
    expect(await outcome).toMatchObject({ kind: 'aborted' });
    await until(() => heard.includes('ended'));
  });

  it('run at depth 0, because no agent calls them', async () => {
    const box = await served([plain('depth', (_args, { depth }) => String(depth))], {}, { protocol });
    expect(await run(box, 'depth')).toEqual([{ type: 'text', text: '0' }]);
  });

  it('report progress, which prevents a timeout of the client', async () => {
    const clock = countingClock();
    const slow = plain('slow', async (_args, context) => {
      for (let progress = 1; progress <= 3; progress++) {
        await clock.advance(200);
        const before = clock.timersSet;
        reportProgress(context, { progress, total: 3, message: 'on it' });
        await until(() => clock.timersSet > before);
      }
      return 'done';
    });
    const box = await served([slow], {}, { protocol, timeoutMs: 300, clock });
    expect(await run(box, 'slow')).toEqual([{ type: 'text', text: 'done' }]);
  });

  it('that need approval do not run for a client that cannot ask a person', async () => {
    const ran: unknown[] = [];
    const wipe = plain('wipe', (args: unknown) => (ran.push(args), 'wiped'), { approval: true });
    const box = await served([wipe], {}, { protocol });
    await expect(run(box, 'wipe')).rejects.toThrow('a person must approve this call');
    expect(ran).toEqual([]);
  });

  it('that need approval run at once if the client is trusted to ask', async () => {
    const wipe = plain('wipe', () => 'wiped', { approval: true });
    const box = await served([wipe], { approvals: 'client' }, { protocol, approve: 'destructive' });
    expect(await (box.tools[0]?.approval as () => unknown)()).toBe(true);
    expect(await run(box, 'wipe')).toEqual([{ type: 'text', text: 'wiped' }]);
  });
});

describe.each(BOTH)('a person behind a client of %s', (protocol) => {
  it.each([
    ['accept', 'wiped'],
    ['decline', 'did not approve'],
    ['cancel', 'did not approve'],
  ] as const)('who says %s decides: %s', async (action, told) => {
    const questions: string[] = [];
    const wipe = plain('wipe', () => 'wiped', { approval: ({ all }) => all === true });
    const box = await served(
      [wipe],
      { sessions: 1 },
      {
        protocol,
        onElicit: ({ message }) => {
          questions.push(message);
          return action === 'accept' ? { action, content: {} } : { action };
        },
      },
    );
    const outcome = await run(box, 'wipe', { all: true }).then(JSON.stringify, String);
    expect(outcome).toContain(told);
    expect(questions).toEqual(['May wipe run with {"all":true}?']);
    await run(box, 'wipe', { all: false });
    expect(questions).toHaveLength(1);
  });
});

describe('sessions', () => {
  it('that are removed for others restart unnoticed', async () => {
    const server = serveMcp({ name: 'sky', version: '1', tools: [weather], sessions: 1 });
    const place = placeOf(server);
    const events: string[] = [];
    const protocol = '2025';
    const onEvent = ({ type }: { readonly type: string }): void => void events.push(type);
    const one = await connectMcp({ name: 'one', place, protocol, onEvent });
    const two = await connectMcp({ name: 'two', place, protocol });
    const sunny = [{ type: 'text', text: 'sunny in Rome' }];
    expect(await run(one, 'one_weather', { city: 'Rome' })).toEqual(sunny);
    expect(await run(two, 'two_weather', { city: 'Rome' })).toEqual(sunny);
    expect(events).toEqual(['connected', 'closed', 'connected']);
    await Promise.all([one.close(), two.close()]);
    await server.close();
  });
});

describe('invalid servers', () => {
  it('are rejected before a client connects', () => {
    expect(() => serveMcp({ name: 'x', version: '1', tools: [weather, weather] })).toThrow(
      'two tools or agents have the same name',
    );
    const odd = plain('odd', () => '', { parameters: 7 as never });
    expect(() => serveMcp({ name: 'x', version: '1', tools: [odd] })).toThrow('parameters of tool "odd"');
  });

  it.each(['resource', 'prompt'])('answers a running request for a %s with an error', async (kind) => {
    const calls: string[] = [];
    const hang = (): Promise<never> => (calls.push('hang'), new Promise(() => undefined));
    const server = serveMcp({
      name: 'x',
      version: '1',
      tools: [],
      resources: [{ uri: 'x://r', name: 'r', mediaType: 'text/plain', read: hang }],
      prompts: [{ name: 'p', messages: hang }],
    });
    const box = await testToolbox({
      name: 's',
      place: placeOf(server),
    });
    const outcome = rejection(kind === 'prompt' ? box.prompt('p') : box.readResource('x://r'));
    await until(() => calls.includes('hang'));
    await server.close();
    expect(await outcome).toMatchObject({
      kind: 'server',
      message: expect.stringContaining('the server was closed') as string,
    });
  });

  it.each([
    [0, '2025'],
    [1, '2025'],
    [0, 'auto'],
  ] as const)(
    'answers running calls with an error, with sessions: %i, protocol: %s',
    async (sessions, protocol) => {
      const calls: string[] = [];
      const hang = plain('hang', () => (calls.push('hang'), new Promise(() => undefined)));
      const server = serveMcp({ name: 'x', version: '1', tools: [hang], sessions });
      const box = await testToolbox({
        name: 's',
        protocol,
        place: placeOf(server),
      });
      const outcome = rejection(run(box, 's_hang'));
      await until(() => calls.includes('hang'));
      await server.close();
      expect(await outcome).toMatchObject({
        kind: 'server',
        message: expect.stringContaining('the server was closed') as string,
      });
    },
  );
});
