import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ToolContext, ToolOutput } from '@majordomo/agent';
import { fakeClock, type FakeClock } from '@majordomo/testing';
import { testFolder } from '@majordomo/test-support';
import { onTestFinished } from 'vitest';
import { connectMcp, type McpEvent, type McpOptions, type McpToolbox } from '../../src/index.ts';

/** Toolbox of the hostile server, its log, and events. */
export interface World {
  readonly box: McpToolbox;
  readonly events: readonly McpEvent[];
  notes(): readonly string[];
  /** Runs a tool by the server's name for it. */
  run(name: string, args?: Record<string, unknown>, context?: Partial<ToolContext>): Promise<ToolOutput>;
}

const HOSTILE = new URL('hostile.mjs', import.meta.url).pathname;

/** How the hostile server is started. */
export const hostile = (
  env: Record<string, string> = {},
): { command: string; args: string[]; env: Record<string, string> } => ({
  command: process.execPath,
  args: [HOSTILE],
  env,
});

export { testFolder };

export async function world(
  options: Partial<McpOptions> = {},
  env: Record<string, string> = {},
): Promise<World> {
  const log = join(testFolder(), 'log');
  const events: McpEvent[] = [];
  const box = await testToolbox({
    name: 'h',
    place: hostile({ LOG: log, ...env }),
    onEvent: (event) => {
      events.push(event);
    },
    ...options,
  });
  return {
    box,
    events,
    notes: () => readFileSync(log, 'utf8').trim().split('\n'),
    run: (name, args = {}, context = {}) => run(box, `h_${name}`, args, context),
  };
}

/** Runs a tool of a box, without an agent. */
export async function run(
  box: McpToolbox,
  name: string,
  args: Record<string, unknown> = {},
  context: Partial<ToolContext> = {},
): Promise<ToolOutput> {
  const tool = box.tools.find((one) => one.name === name);
  if (tool === undefined) throw new Error(`no tool ${name} among ${box.tools.map((one) => one.name).join()}`);
  const whole: ToolContext = {
    signal: new AbortController().signal,
    callId: 'c1',
    key: 'r/1/c1',
    context: undefined,
    options: {},
    depth: 0,
    call: () => Promise.reject(new Error('no other tool exists')),
    spend: () => undefined,
    ...context,
  };
  return tool.run(args as never, whole);
}

/** Closes a connection or server when the test ends. */
export function closing<T extends { close(): Promise<void> }>(opened: T): T {
  onTestFinished(() => opened.close());
  return opened;
}

/** Connects to a server until the test ends. */
export const testToolbox = async (options: McpOptions): Promise<McpToolbox> =>
  closing(await connectMcp(options));

/** Returns the rejection. */
export const rejection = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'it did not reject',
    (error: unknown) => error,
  );

/** Polls until it holds; the test's own time limit ends it. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 10));
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // A zombie has ended, and waits for its parent to notice.
    return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
  } catch {
    return false;
  }
}

/** Fake clock that counts its timers: each sign of life of a server sets one. */
export function countingClock(): FakeClock & { readonly timersSet: number } {
  const clock = fakeClock();
  let timersSet = 0;
  const timer: FakeClock['timer'] = (ms, run) => {
    timersSet += 1;
    return clock.timer(ms, run);
  };
  const counted = { now: clock.now, sleep: clock.sleep, advance: clock.advance, timer };
  return Object.defineProperties(counted, {
    timersSet: { get: () => timersSet },
    pending: { get: () => clock.pending },
  }) as FakeClock & { readonly timersSet: number };
}
