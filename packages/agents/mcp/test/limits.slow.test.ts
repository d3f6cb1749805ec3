import { describe, expect, it } from 'vitest';
import { countingClock, rejection, until, world } from './support/world.ts';

describe('a call', () => {
  it('that is aborted ends at once, and the server is notified first', async () => {
    const { run, notes } = await world();
    const controller = new AbortController();
    let isOver = false;
    const outcome = rejection(run('hang', {}, { signal: controller.signal })).finally(() => {
      isOver = true;
    });
    await until(() => notes().includes('call hang'));
    controller.abort(new Error('enough'));
    await new Promise((resolve) => setImmediate(resolve));
    expect(isOver).toBe(true);
    expect(await outcome).toMatchObject({ kind: 'aborted' });
    await run('look');
    expect(notes().slice(-2)).toEqual([expect.stringMatching(/^cancelled/), 'call look']);
  });

  it('that was aborted before does not reach the server', async () => {
    const { run, notes } = await world();
    expect(await rejection(run('hang', {}, { signal: AbortSignal.abort() }))).toMatchObject({
      kind: 'aborted',
    });
    await run('look');
    expect(notes()).not.toContain('call hang');
  });

  it('without a message times out, and the server is notified', async () => {
    const clock = countingClock();
    const { run, notes } = await world({ timeoutMs: 300, clock });
    const outcome = rejection(run('hang'));
    await until(() => notes().includes('call hang'));
    await clock.advance(300);
    expect(await outcome).toMatchObject({
      kind: 'timeout',
      message: 'mcp "h": hang: the server sent no data for 300 ms; raise timeoutMs or connectMs',
    });
    expect(await run('look')).toEqual([{ type: 'text', text: 'seen' }]);
    expect(notes().some((note) => note.startsWith('cancelled'))).toBe(true);
  });
});

describe('a server that misbehaves', () => {
  it('and floods the client does not block the event loop', async () => {
    const { run } = await world();
    let turns = 0;
    const beat = setInterval(() => (turns += 1), 0);
    expect(await run('chatty')).toEqual([{ type: 'text', text: 'chatted' }]);
    clearInterval(beat);
    expect(turns).toBeGreaterThan(10);
  });

  it('and closes its output without ending is ended', async () => {
    const { run } = await world();
    expect(await rejection(run('silent'))).toMatchObject({
      kind: 'network',
      message: expect.stringContaining('the program closed its stdout') as string,
    });
    expect(await run('look')).toEqual([{ type: 'text', text: 'seen' }]);
  });

  it('and does not read is ended before its messages fill the memory', async () => {
    const { run, notes } = await world();
    const deaf = rejection(run('deaf'));
    await until(() => notes().includes('deaf'));
    const most = rejection(run('echo', { text: 'x'.repeat(70 * 1024 * 1024) }));
    const beyond = await rejection(run('echo'));
    expect([await deaf, await most, beyond]).toMatchObject([
      { kind: 'network', message: expect.stringContaining('does not read') as string },
      { kind: 'network' },
      { kind: 'network' },
    ]);
  });
});

describe('a server that dies', () => {
  it('fails the call with its exit and last output, without secrets of its environment', async () => {
    const { run, events } = await world({}, { KEY: 'secret-of-the-env' });
    const error = await rejection(run('once'));
    expect(error).toMatchObject({ kind: 'network', message: expect.stringContaining('code 3') as string });
    const failure = await rejection(run('die'));
    expect(failure).toMatchObject({ message: expect.stringContaining('*** said goodbye') as string });
    expect(JSON.stringify(events)).not.toContain('secret-of-the-env');
    expect(events.filter(({ type }) => type === 'stderr')).toEqual([
      { type: 'stderr', detail: '*** said goodbye' },
    ]);
  });

  it('is restarted for the next call, once', async () => {
    const { run, notes, events } = await world();
    await rejection(run('once'));
    expect(await run('look')).toEqual([{ type: 'text', text: 'seen' }]);
    expect(notes().filter((note) => note.startsWith('pid'))).toHaveLength(2);
    expect(events.map(({ type }) => type)).toEqual(['connected', 'closed', 'connected']);
  });

  it('is called again only if the tool may be repeated', async () => {
    const { run, notes } = await world({ retries: 2 });
    await rejection(run('once'));
    await rejection(run('die'));
    expect(notes().filter((note) => note === 'call once')).toHaveLength(1);
    expect(notes().filter((note) => note === 'call die')).toHaveLength(3);
  });

  it('is restarted after a longer pause each time that it ends before a response', async () => {
    const clock = countingClock();
    const { run, notes } = await world({ clock });
    await rejection(run('once'));
    for (const [at, pause] of [250, 500, 1000].entries()) {
      const outcome = rejection(run('once'));
      await clock.advance(pause - 1);
      expect(notes().filter((note) => note === 'once')).toHaveLength(at + 1);
      await clock.advance(1);
      await outcome;
    }
    expect(notes().filter((note) => note === 'once')).toHaveLength(4);
  });
});

describe('connecting', () => {
  it.each([
    ['a program that is not there', { command: 'no-such-program-at-all' }, /not found/],
    ['a program that cannot be named', { command: 'a\0b' }, /null bytes/],
    ['a folder that is not there', { command: 'sh', cwd: '/no/such/folder' }, /\/no\/such\/folder/],
    [
      'a program that ends at once',
      { command: 'sh', args: ['-c', 'echo sorry >&2; exit 7'] },
      /code 7: sorry/,
    ],
  ])('to %s reports the problem', async (_what, place, message) => {
    expect(await rejection(world({ place }))).toMatchObject({
      name: 'LlmError',
      message: expect.stringMatching(message) as string,
    });
  });

  it('to a silent server ends with a timeout, and with a signal', async () => {
    expect(await rejection(world({ connectMs: 300 }, { MODE: 'mute' }))).toMatchObject({ kind: 'timeout' });
    const signal = AbortSignal.timeout(200);
    expect(await rejection(world({ signal }, { MODE: 'mute' }))).toMatchObject({ kind: 'aborted' });
  });
});
