import { chmod, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { suiteFolder } from '@majordomo/test-support';
import { beforeAll, describe, expect, it } from 'vitest';
import { commandLine, findCommand, isExecutable } from './command.ts';

const posix = { isWindows: false };
const windows = { isWindows: true };

describe('a command', () => {
  const folder = suiteFolder();
  beforeAll(async () => {
    for (const name of ['tool', 'shim', 'shim.cmd', 'both.exe', 'both.cmd'])
      await writeFile(join(folder, name), '');
    await chmod(join(folder, 'tool'), 0o755);
  });

  it.each([
    ['tool', posix, {}, 'tool'],
    ['shim', posix, {}, 'shim'],
    ['nothing', posix, {}, undefined],
    ['shim', windows, {}, 'shim.cmd'],
    ['both', windows, {}, 'both.exe'],
    ['both', windows, { PATHEXT: '.CMD;.EXE' }, 'both.cmd'],
    ['shim.cmd', windows, {}, 'shim.cmd'],
  ])('finds the file of %s', async (command, platform, env, file) => {
    const PATH = ['', '/nowhere', folder].join(delimiter);
    expect(await findCommand(command, { PATH, ...env }, platform)).toBe(
      file === undefined ? undefined : join(folder, file),
    );
  });

  it('that is a path is not searched', async () => {
    expect(await findCommand(join(folder, 'tool'), {}, posix)).toBe(join(folder, 'tool'));
    expect(await findCommand('./tool', { PATH: folder }, posix)).toBeUndefined();
  });

  it('is executable by its mode, on Windows by its name', async () => {
    expect(await isExecutable(join(folder, 'tool'), posix)).toBe(true);
    expect(await isExecutable(join(folder, 'shim'), posix)).toBe(false);
    expect(await isExecutable(join(folder, 'shim.cmd'), windows)).toBe(true);
  });
});

describe('a command line', () => {
  it('is unchanged, except for the shims of Windows', () => {
    expect(commandLine('/bin/x', ['a b'], {}, posix)).toEqual({
      file: '/bin/x',
      args: ['a b'],
      verbatim: false,
    });
    expect(commandLine('C:\\x.exe', ['a'], {}, windows)).toEqual({
      file: 'C:\\x.exe',
      args: ['a'],
      verbatim: false,
    });
  });

  it('of a shim is passed through the shell and escaped', () => {
    const { file, args, verbatim } = commandLine(
      'C:\\x.cmd',
      ['a & calc', 'say "hi"', 'dir\\'],
      { ComSpec: 'cmd' },
      windows,
    );
    expect([file, verbatim, args.slice(0, 3)]).toEqual(['cmd', true, ['/d', '/s', '/c']]);
    const line = args[3]?.slice(1, -1) ?? '';
    // Each of two readings removes one `^`, and neither finds an unescaped special character.
    const read = (text: string): string => text.replace(/\^(.)/g, '$1');
    expect(/(?<!\^)[&|<>"%]/.test(line)).toBe(false);
    expect(/(?<!\^)[&|<>"%]/.test(read(line))).toBe(false);
    expect(read(read(line))).toBe('"C:\\x.cmd" "a & calc" "say \\"hi\\"" "dir\\\\"');
  });
});
