import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isAlive, rejection, testFolder, until, world } from './support/world.ts';

/** Process ids of the server and its children. */
const pidsIn = (notes: readonly string[]): readonly number[] =>
  notes.flatMap((note) => /^(?:pid|grandchild) (\d+)$/.exec(note)?.slice(1).map(Number) ?? []);

const noted = (log: string): readonly string[] =>
  existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : [];

describe('children', () => {
  it('end with close(), also those that ignore signals and have children', async () => {
    const { box, notes } = await world({}, { MODE: 'stubborn' });
    const pids = pidsIn(notes());
    expect(pids).toHaveLength(2);
    expect(pids.every(isAlive)).toBe(true);
    await box.close();
    expect(notes()).toContain('SIGTERM');
    const [, server = 0] = pids;
    expect(isAlive(server)).toBe(false);
    // A process that was killed takes a moment to be gone.
    await until(() => !pids.some(isAlive));
  });

  it('may end by themselves first', async () => {
    const { box, notes } = await world();
    await box.close();
    expect(notes()).toContain('end of input');
    expect(notes()).not.toContain('SIGTERM');
  });

  it('of a killed wrapper end too', async () => {
    const { run, notes } = await world({}, { MODE: 'stubborn' });
    const [grandchild = 0, server = 0] = pidsIn(notes());
    process.kill(server, 'SIGKILL');
    await until(() => !isAlive(grandchild));
    expect(await run('look')).toEqual([{ type: 'text', text: 'seen' }]);
  });

  it('end when this process is killed', async () => {
    const log = join(testFolder(), 'log');
    const script = new URL('support/killed-process.ts', import.meta.url).pathname;
    const parent = spawn(process.execPath, [script], { env: { ...process.env, LOG: log }, stdio: 'inherit' });
    await until(() => noted(log).includes('connected'));
    const pids = pidsIn(noted(log));
    expect(pids).toHaveLength(2);
    parent.kill('SIGKILL');
    await until(() => !pids.some(isAlive));
  });

  it('end when connecting is aborted', async () => {
    const log = join(testFolder(), 'log');
    await rejection(world({ connectMs: 600 }, { MODE: 'mute', LOG: log }));
    expect(pidsIn(noted(log))).toHaveLength(1);
    await until(() => !pidsIn(noted(log)).some(isAlive));
  });

  it('have ended when connecting rejects after an abort', async () => {
    const log = join(testFolder(), 'log');
    const controller = new AbortController();
    const outcome = rejection(world({ signal: controller.signal }, { MODE: 'mute', LOG: log }));
    await until(() => pidsIn(noted(log)).length === 1);
    controller.abort();
    expect(await outcome).toMatchObject({ kind: 'aborted' });
    expect(pidsIn(noted(log)).some(isAlive)).toBe(false);
  });

  it('that end without a call are reported', async () => {
    const { events, notes } = await world();
    process.kill(pidsIn(notes())[0] ?? 0, 'SIGKILL');
    await until(() => events.length > 1);
    expect(events[1]).toEqual({ type: 'closed', detail: 'the program ended with SIGKILL' });
  });

  it('do not keep this process alive after its toolbox is closed', async () => {
    const log = join(testFolder(), 'log');
    const script = new URL('support/killed-process.ts', import.meta.url).pathname;
    const app = spawn(process.execPath, [script, 'close'], {
      env: { ...process.env, LOG: log },
      stdio: 'inherit',
    });
    const code = await new Promise((resolve) => app.once('exit', resolve));
    expect(code).toBe(0);
    await until(() => !pidsIn(noted(log)).some(isAlive));
  });
});

describe('a toolbox that is closed', () => {
  it('ends calls under way, and answers later ones', async () => {
    const { box, run, notes } = await world();
    const outcome = rejection(run('hang'));
    await until(() => notes().includes('call hang'));
    await Promise.all([box.close(), box.close()]);
    expect(await outcome).toMatchObject({ kind: 'aborted', message: 'mcp "h" was closed' });
    expect(await rejection(run('look'))).toMatchObject({ message: 'mcp "h" was closed' });
    expect(await rejection(box.refresh())).toMatchObject({ message: 'mcp "h" was closed' });
  });
});
