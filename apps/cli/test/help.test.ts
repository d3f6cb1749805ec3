import { expect, it } from 'vitest';
import { COMMANDS } from '../src/commands.ts';
import { world } from './world.ts';

it.each(COMMANDS.map(({ name, description }) => [name, description]))(
  '%s is listed and describes its arguments',
  async (name, description) => {
    using place = world();
    const list = await place.run('--help');
    expect(list.out.replaceAll(/\s+/g, ' ')).toContain(` ${name} ${description}`);
    const commandHelp = await place.run(name, '--help');
    expect([commandHelp.code, commandHelp.out]).toEqual([
      0,
      expect.stringContaining(`Usage: majordomo ${name} `),
    ]);
    expect((await place.run('help', name)).out).toBe(commandHelp.out);
  },
);
