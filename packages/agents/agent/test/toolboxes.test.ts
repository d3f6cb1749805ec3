import { describe, expect, it } from 'vitest';
import type { Tool, Toolbox } from '../src/index.ts';
import { plain } from './support/tools.ts';
import { call, read, world } from './support/world.ts';

const tool = (name: string, run: Tool['run'] = () => 'ok'): Tool => plain(name, run);

/** Returns a toolbox whose tools can change. */
function changing(first: readonly Tool[]): Toolbox & { tools: readonly Tool[] } {
  return { name: 'box', tools: first };
}

describe('a toolbox whose tools change', () => {
  it('offers new tools from the next step on', async () => {
    const box = changing([]);
    const grow = tool('grow', () => {
      box.tools = [grow, tool('fresh')];
      return 'grown';
    });
    box.tools = [grow];
    const { agent, requests } = world([call('grow'), call('fresh'), 'done'], { toolboxes: [box] });
    const { messages } = await agent.run('go');
    expect(requests.map(({ request }) => request.tools.map(({ name }) => name))).toEqual([
      ['grow'],
      ['grow', 'fresh'],
      ['grow', 'fresh'],
    ]);
    expect(JSON.stringify(messages.at(-2))).toContain('"ok"');
  });

  it('passes the same array to providers while no tool changes, even if a getter returns a new array', async () => {
    const only = tool('only');
    const { agent, requests } = world([call('only'), 'done'], {
      toolboxes: [
        {
          name: 'box',
          get tools() {
            return [only];
          },
        },
      ],
    });
    await agent.run('go');
    expect(requests[1]?.request.tools).toBe(requests[0]?.request.tools);
  });

  it('offers tools that are added to its array in place', async () => {
    const list = [tool('a')];
    const { agent, requests } = world([call('a'), 'done'], {
      toolboxes: [{ name: 'box', tools: list }],
      onToolStart: () => {
        list.push(tool('b'));
      },
    });
    await agent.run('go');
    expect(requests[1]?.request.tools.map(({ name }) => name)).toEqual(['a', 'b']);
  });

  it('keeps its previous tools, with a warning, if two new tools have one name', async () => {
    const box = changing([tool('look')]);
    const { agent, requests } = world([call('look'), 'done'], {
      toolboxes: [box],
      onToolStart: () => {
        box.tools = [tool('look'), tool('look')];
      },
    });
    const events = await read(agent.stream('go'));
    expect(requests[1]?.request.tools.map(({ name }) => name)).toEqual(['look']);
    expect(events.flatMap((event) => (event.type === 'warning' ? [event.warning.what] : []))).toContain(
      'toolboxes',
    );
  });
});
