import { describe, expect, it, onTestFinished } from 'vitest';
import { folder } from './built.ts';
import { inspectorCookie, started, startVendor, type Started } from './started.ts';
import { lab } from './world.ts';

/** Reads the event feed of the page. */
async function feed(running: Started): Promise<{ received(pattern: RegExp): Promise<string> }> {
  const address = await running.outputMatching(/Inspector: (\S+)/);
  const cookie = await inspectorCookie(address);
  const { body } = await fetch(new URL('/inspector/events', address), { headers: { cookie } });
  const reader = body!.pipeThrough(new TextDecoderStream()).getReader();
  onTestFinished(() => reader.cancel().catch(() => undefined));
  let text = '';
  return {
    async received(pattern) {
      while (!pattern.test(text)) {
        const { value, done } = await reader.read();
        if (done) throw new Error(`the feed ended: ${text}`);
        text += value;
      }
      return text;
    },
  };
}

describe('majordomo inspect', () => {
  it('chat prints its answer, shows the call on the page, and runs until Ctrl-C', async () => {
    const running = started(['inspect', 'chat', 'lab/gpt-4o', 'hi'], { env: lab(await startVendor()) });
    const page = await feed(running);
    await page.received(/lab\/gpt-4o[^]*finished/);
    await running.outputMatching(/The inspector runs until Ctrl-C/);
    expect(running.out()).toBe('Hello.\n');
    expect(await running.stop()).toBe(130);
  });

  it('shows a failed chat', async () => {
    const running = started(['inspect', 'chat', 'openai/gpt-x', 'hi']);
    const page = await feed(running);
    await page.received(/set OPENAI_API_KEY/);
    expect(running.err()).toContain('auth: no key for openai/gpt-x');
    expect(await running.stop()).toBe(130);
  });

  it('demo runs together with the page', async () => {
    const running = started(['inspect', 'demo', '--port', '0']);
    const page = await feed(running);
    await page.received(/anthropic\/claude-typed/);
    await running.outputMatching(/Every call returned one complete answer/);
    expect(await running.stop()).toBe(130);
  });

  it('without a command calls no model, and the page shows health, spending and names', async () => {
    const server = await startVendor();
    const cwd = folder({ 'majordomo.config.json': '{"ledger":{},"aliases":{"fast":"lab/gpt-4o"}}' });
    const running = started(['inspect'], { cwd, env: lab(server) });
    const address = await running.outputMatching(/Inspector: (\S+)/);
    const cookie = await inspectorCookie(address);
    const get = async (path: string): Promise<unknown> =>
      (await fetch(new URL(`/inspector${path}`, address), { headers: { cookie } })).json();
    expect(await get('/meaning?spec=fast')).toMatchObject({ targets: [{ target: 'lab/gpt-4o' }] });
    expect(await get('/limits')).toEqual(expect.anything());
    expect(server.requests).toEqual([]);
    expect(await running.stop()).toBe(130);
  });

  it('exits if the command made no call', async () => {
    const running = started(['inspect', 'chat', 'nobody/x', 'hi']);
    expect(await running.exitCode).toBe(2);
    expect(running.err()).not.toContain('Inspector');
  });
});
