import { createMajordomo, user, type Message } from '@majordomo/core';
import { fakeProvider, seededRandom, type Turn } from '@majordomo/testing';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { agentTool, createAgent, defineTool, type AgentOptions, type Tool } from '../src/index.ts';
import { generatedTools } from './support/generated-tools.ts';
import { replayed } from './support/replayed.ts';
import { stored } from './support/scripted.ts';
import { plain } from './support/tools.ts';
import { call, calls, read, resultTexts, runError, world, type World } from './support/world.ts';

const pay = defineTool({
  name: 'pay_invoice',
  description: 'Pays an invoice',
  parameters: z.object({ id: z.string() }),
  run: ({ id }) => `paid ${id}`,
});
const refund: Tool = { ...plain('refund', () => 'refunded'), description: 'Returns money', approval: true };
const others = generatedTools(40);

/** Options with 42 tools in two toolboxes, and one of the agent. */
const options = (more: Partial<AgentOptions> = {}): Partial<AgentOptions> => ({
  tools: [plain('clock', () => 'noon')],
  toolboxes: [
    { name: 'money', description: 'Invoices and refunds of the company.', tools: [pay, refund] },
    { name: 'others', tools: others },
  ],
  toolSearch: true,
  ...more,
});

const offeredIn = ({ requests }: World): string[][] =>
  requests.map(({ request }) => request.tools.map(({ name }) => name));
const search = (query: string): Turn => call('find_tools', { query });
const loadsOf = (messages: readonly Message[]) =>
  messages.flatMap((message) =>
    message.role === 'tool' ? message.parts.map((part) => ('loads' in part ? part.loads : undefined)) : [],
  );

describe('tool search', () => {
  it('offers the tools of the agent and of skills, those always offered, and the search tool', async () => {
    const skills = [{ name: 'time', tools: [plain('zone', () => 'UTC')] }];
    const fixture = world(['hi'], options({ skills, toolSearch: { always: ['refund', 'unknown'] } }));
    await fixture.agent.run('go');
    expect(offeredIn(fixture)).toEqual([['clock', 'refund', 'zone', 'find_tools']]);
    const description = fixture.requests[0]?.request.tools.at(-1)?.description ?? '';
    expect(description).toMatch(/\n- money: Invoices and refunds of the company\.\n- others$/);
    expect(description).not.toMatch(/\d/);
  });

  it('truncates the description of a toolbox', async () => {
    const toolboxes = [{ name: 'box', description: 'x'.repeat(900), tools: others }];
    const fixture = world(['hi'], options({ toolboxes }));
    await fixture.agent.run('go');
    expect(fixture.requests[0]?.request.tools.at(-1)?.description).toMatch(/- box: x{290,300}$/);
  });

  it.each<[string, Partial<AgentOptions>]>([
    ['without `toolSearch`', { toolSearch: undefined }],
    ['with `toolSearch: false`', { toolSearch: false }],
    ['with fewer tools than `minTools`', { toolSearch: { minTools: 44 } }],
    ['without tools in toolboxes', { tools: [...others, pay, refund], toolboxes: [] }],
    ['if a predicate always offers every tool', { toolSearch: { always: () => true } }],
  ])('offers all tools and no search tool %s', async (_name, more) => {
    const fixture = world(['hi'], options(more));
    await fixture.agent.run('go');
    expect(offeredIn(fixture)[0]).toEqual(expect.arrayContaining(['pay_invoice', 'refund']));
    expect(offeredIn(fixture)[0]).not.toContain('find_tools');
    expect(fixture.requests[0]?.request.tools.some(({ deferred }) => deferred)).toBe(false);
  });

  it('loads tools, runs them with checked arguments, and only extends the list of tools', async () => {
    const turns = [
      search('pay an invoice'),
      call('pay_invoice', { id: 7 }),
      call('pay_invoice', { id: 'i7' }),
      search('invoice'),
      search('delete a branch'),
      'done',
    ];
    const fixture = world(turns, options());
    const { messages, text } = await fixture.agent.run('go');
    expect(text).toBe('done');
    expect(resultTexts(messages).slice(1, 3)).toEqual([
      expect.stringMatching(/^!Invalid arguments: id/),
      'paid i7',
    ]);
    const lists = fixture.requests.map(({ request }) => JSON.stringify(request.tools).slice(0, -1));
    for (const [at, list] of lists.entries()) expect(list.startsWith(lists[at - 1] ?? '')).toBe(true);
    for (const list of offeredIn(fixture)) expect(new Set(list).size).toBe(list.length);
    expect(loadsOf(messages)[0]?.[0]).toBe('pay_invoice');
    expect(offeredIn(fixture)[5]?.length).toBeGreaterThan(offeredIn(fixture)[4]?.length ?? 0);
    expect(fixture.requests[5]?.request.tools.slice(0, 2).map(({ deferred }) => deferred)).toEqual([
      undefined,
      undefined,
    ]);
    expect(fixture.requests[5]?.request.tools.slice(2).every(({ deferred }) => deferred)).toBe(true);
  });

  it('loads at most `limit` tools, and none without a match', async () => {
    const fixture = world(
      [search('create update'), search('xyzzy'), 'done'],
      options({ toolSearch: { limit: 2 } }),
    );
    const { messages } = await fixture.agent.run('go');
    expect(loadsOf(messages).map((loads) => loads?.length)).toEqual([2, undefined]);
    expect(resultTexts(messages)[1]).toBe('No tool matches "xyzzy". Try other words.');
  });

  it('does not run a call of a tool that was not loaded: its result loads the tool, and no approval is requested', async () => {
    const turns = [call('refund', { guess: true }), call('refund'), 'done'];
    const fixture = world(turns, options());
    const paused = await fixture.agent.run('go');
    expect(resultTexts(paused.messages)).toEqual([
      expect.stringMatching(/^Not run: "refund" is available now/),
    ]);
    expect(loadsOf(paused.messages)).toEqual([['refund']]);
    expect(paused.awaiting.map(({ name }) => name)).toEqual(['refund']);
    const decisions = paused.awaiting.map(({ id }) => ({ callId: id, approve: true }) as const);
    const { messages } = await fixture.agent.run(paused.state, { decisions });
    expect(resultTexts(messages).at(-1)).toBe('refunded');
  });

  it('loads a tool that is called in the turn of the search, because its definition was not sent before', async () => {
    const turn: Turn = {
      toolCalls: [
        { name: 'find_tools', args: { query: 'invoice' } },
        { name: 'pay_invoice', args: { id: 'i7' } },
      ],
    };
    const { messages } = await world([turn, 'done'], options({ parallelTools: true })).agent.run('go');
    expect(resultTexts(messages)[1]).toMatch(/^Not run/);
  });

  it('does not count a call that only loaded a tool as one of `maxCalls`', async () => {
    const limitedPay = { ...pay, maxCalls: 1 };
    const toolboxes = [{ name: 'money', tools: [limitedPay, ...others] }];
    const turns = [
      call('pay_invoice', { id: 'a' }),
      call('pay_invoice', { id: 'b' }),
      call('pay_invoice', { id: 'c' }),
      'done',
    ];
    const { messages } = await world(turns, options({ toolboxes })).agent.run('go');
    expect(resultTexts(messages)).toEqual([
      expect.stringMatching(/^Not run: "pay_invoice" is available/),
      'paid b',
      expect.stringMatching(/at most 1 times/),
    ]);
  });

  it('lists only offered tools in the error for an unknown name', async () => {
    const { messages } = await world(
      [search('invoice'), call('made_up'), 'done'],
      options({ toolSearch: { limit: 1 } }),
    ).agent.run('go');
    expect(resultTexts(messages)[1]).toBe(
      '!There is no tool "made_up". There are: clock, find_tools, pay_invoice.',
    );
  });

  it.each([
    ['holidays', 'list_holiday'],
    ['surveys', 'show_survey'],
    ['display', 'create_displays'],
    ['replies', 'send_reply'],
    ['keys', 'create_key'],
  ])('finds singular and plural: %s, %s', async (query, name) => {
    const tools = [plain(name, () => 'ok'), ...others.slice(0, 5)];
    const fixture = world([search(query), 'done'], options({ toolboxes: [{ name: 'box', tools }] }));
    await fixture.agent.run('go');
    expect(offeredIn(fixture)[1]).toContain(name);
  });

  it('finds the tools that natural queries describe among 1,000', async () => {
    const queries: readonly (readonly [string, string])[] = [
      ['open a new GitHub issue', 'github_create_issue'],
      ['list the branches on GitHub', 'github_list_branch'],
      ['delete old messages from Slack', 'slackDeleteMessage'],
      ['add an event to my calendar', 'calendar_create_event'],
      ['give a customer a refund with stripe', 'stripe_create_refund'],
      ['searching files in drive', 'drive_search_file'],
      ['how many orders did the shop get: count orders', 'shop_count_order'],
      ['update the contact in the CRM', 'crm_update_contact'],
      ["export an employee's salary from payroll", 'payrollExportSalary'],
      ['create a backup of the database', 'database_create_backup'],
    ];
    const toolboxes = [{ name: 'all', tools: generatedTools(1000) }];
    const fixture = world(
      [...queries.map(([query]) => search(query)), 'done'],
      options({ toolboxes, maxSteps: 20 }),
    );
    const { messages } = await fixture.agent.run('go');
    const loads = loadsOf(messages);
    const plainName = (name: string): string => name.replaceAll('_', '').toLowerCase();
    for (const [at, [query, name]] of queries.entries())
      expect([query, loads[at]?.map(plainName)]).toEqual([query, expect.arrayContaining([plainName(name)])]);
  });

  it('searches names in camel case, names and descriptions of parameters, and scripts without spaces', async () => {
    const schema = {
      type: 'object',
      properties: { tin: { type: 'object', properties: { vatNumber: { description: 'Tax identifier' } } } },
      anyOf: [{ properties: { creditor: {} } }, { properties: { payee: {} } }],
    };
    const toolboxes = [
      {
        name: 'box',
        tools: [
          ...others,
          plain('readHTTPLog2', () => ''),
          { ...plain('x', () => ''), parameters: schema },
          { ...plain('y', () => ''), description: '天気予報を調べる' },
        ],
      },
    ];
    const fixture = world(
      [search('http logs'), search('vat'), search('taxes'), search('payee'), search('天気'), 'done'],
      options({ toolboxes, toolSearch: { limit: 1 } }),
    );
    expect(loadsOf((await fixture.agent.run('go')).messages)).toEqual([
      ['readHTTPLog2'],
      ['x'],
      ['x'],
      ['x'],
      ['y'],
    ]);
  });

  it('works with 10,000 tools', async () => {
    const toolboxes = [{ name: 'all', tools: generatedTools(10_000) }];
    const fixture = world(
      [search('merge a github branch in the spare environment'), 'done'],
      options({ toolboxes }),
    );
    const { messages } = await fixture.agent.run('go');
    expect(loadsOf(messages)[0]?.[0]).toMatch(/github.?merge.?branch.?spare/i);
    expect(JSON.stringify(fixture.requests[0]?.request.tools).length).toBeLessThan(1000);
  });
});

describe('loaded tools', () => {
  const loading = [search('pay an invoice'), 'What next?'] as const;
  const second = async (input: Parameters<World['agent']['run']>[0], more: Partial<AgentOptions> = {}) => {
    const fixture = world(
      [call('pay_invoice', { id: 'x' }), 'done'],
      options({ toolSearch: { limit: 1 }, ...more }),
    );
    return { offered: offeredIn(fixture), ...(await fixture.agent.run(input)), fixture };
  };

  it('are retained by a stored state in another process, and by a follow-up on the messages', async () => {
    const first = await world([...loading], options({ toolSearch: { limit: 1 } })).agent.run('go');
    const messages = [...stored(first.state).messages, user('pay')];
    for (const input of [{ ...stored(first.state), messages }, messages]) {
      const { fixture, ...result } = await second(input);
      expect(offeredIn(fixture)[0]).toEqual(['clock', 'find_tools', 'pay_invoice']);
      expect(resultTexts(result.messages).at(-1)).toBe('paid x');
    }
  });

  it('are the same after a replay of every journal entry', async () => {
    const { agent } = world([search('pay an invoice'), call('pay_invoice', { id: 'x' }), 'done'], options());
    const { value } = await replayed(agent);
    expect(resultTexts(value.messages)[1]).toBe('paid x');
    expect(loadsOf(value.messages)[0]?.[0]).toBe('pay_invoice');
  });

  it('that are agents do not run under a journal before they are loaded', async () => {
    const inner = world(['inner answer']);
    const expert = agentTool({ name: 'expert', description: 'Knows everything', agent: inner.agent });
    const toolboxes = [{ name: 'box', tools: [expert, ...others] }];
    const turns = [call('expert', { task: 'a guess' }), call('expert', { task: 'x' }), 'done'];
    const { agent } = world(turns, options({ toolboxes }));
    const { value } = await replayed(agent);
    expect(resultTexts(value.messages)).toEqual([expect.stringMatching(/^Not run/), 'inner answer']);
    expect(inner.requests).toHaveLength(1);
  });

  it('become ordinary tools if a compaction removes their result, and do not move when they are loaded again', async () => {
    const compact = (messages: readonly Message[]) => [messages[0] as Message, ...messages.slice(3)];
    const turns = [
      search('pay an invoice'),
      call('pay_invoice', { id: 'x' }),
      search('invoice'),
      search('delete branch'),
      'done',
    ];
    const fixture = world(turns, options({ toolSearch: { limit: 1 }, compact }));
    const { messages } = await fixture.agent.run('go');
    expect(resultTexts(messages)[1]).toBe('paid x');
    const lists = fixture.requests.map(({ request }) => request.tools);
    expect(lists[3]?.map(({ name, deferred }) => [name, deferred])).toEqual([
      ['clock', undefined],
      ['find_tools', undefined],
      ['pay_invoice', undefined],
    ]);
    expect(JSON.stringify(lists[4]?.slice(0, 3))).toBe(JSON.stringify(lists[3]));
    expect(lists[3]).toBe(lists[2]);
    expect(lists[4]).toHaveLength(4);
  });

  it('disappear with their toolbox, and the others keep their order', async () => {
    const box: { name: string; tools: readonly Tool[] } = { name: 'box', tools: [pay, refund, ...others] };
    const turns = [search('pay_invoice'), search('refund returns money'), call('clock'), 'done'];
    const fixture = world(turns, {
      ...options({ toolboxes: [box], toolSearch: { limit: 1 } }),
      onToolStart: ({ call: { name } }) => {
        if (name === 'clock') box.tools = [refund, ...others];
      },
    });
    await fixture.agent.run('go');
    expect(offeredIn(fixture)[2]).toEqual(['clock', 'find_tools', 'pay_invoice', 'refund']);
    expect(offeredIn(fixture)[3]).toEqual(['clock', 'find_tools', 'refund']);
  });

  it('come from the current tools if a toolbox changes during the search', async () => {
    const box: { name: string; tools: readonly Tool[] } = { name: 'box', tools: [pay, ...others] };
    const fixture = world(
      [search('invoice'), call('pay_invoice', { id: 'x' }), 'done'],
      options({
        toolboxes: [box],
        toolSearch: {
          rank: async (_query, tools) => {
            await Promise.resolve();
            box.tools = [plain('fresh', () => ''), ...others];
            return tools.map(({ name }) => name).filter((name) => name === 'pay_invoice' || name === 'fresh');
          },
        },
      }),
    );
    const { messages, text } = await fixture.agent.run('go');
    expect(text).toBe('done');
    expect(loadsOf(messages)[0]).toEqual(['pay_invoice']);
    expect(offeredIn(fixture)[1]).toEqual(['clock', 'find_tools']);
    expect(resultTexts(messages)[1]).toBe('!There is no tool "pay_invoice". There are: clock, find_tools.');
  });
});

describe('`rank`', () => {
  it('replaces the search; unknown and repeated names are ignored', async () => {
    const rankArguments: unknown[] = [];
    const fixture = world(
      [search('money back'), 'done'],
      options({
        toolSearch: {
          limit: 2,
          rank: (query, tools, { limit, signal }) => {
            rankArguments.push(query, tools.length, limit, signal.aborted);
            return ['made_up', 'clock', 'refund', 'refund', 'pay_invoice', others[0]?.name ?? ''];
          },
        },
      }),
    );
    expect(loadsOf((await fixture.agent.run('go')).messages)).toEqual([['refund', 'pay_invoice']]);
    expect(rankArguments).toEqual(['money back', 42, 2, false]);
  });

  it.each([
    ['rejects', () => Promise.reject(new Error('no embeddings')), 'no embeddings'],
    ['returns no array', () => 'refund' as never, '`rank` must return an array of tool names'],
  ])('that %s is an error result', async (_name, rank, expected) => {
    const { messages } = await world([search('x'), 'done'], options({ toolSearch: { rank } })).agent.run(
      'go',
    );
    expect(resultTexts(messages)).toEqual([`!The tool failed: ${expected}`]);
    expect(loadsOf(messages)).toEqual([undefined]);
  });

  it('that never settles does not delay the end of the run after an abort', async () => {
    const controller = new AbortController();
    const rank = (): Promise<string[]> => {
      controller.abort();
      return new Promise(() => undefined);
    };
    const { agent } = world([search('x'), 'done'], options({ toolSearch: { rank } }));
    const error = await runError(agent.run('go', { signal: controller.signal }));
    expect(error.cause.kind).toBe('aborted');
  });
});

describe('a step with a list of tools', () => {
  it('searches among the listed tools if the search tool is listed', async () => {
    const tools = ['find_tools', 'refund', others[0]?.name ?? ''];
    const fixture = world(
      [search('pay an invoice'), call('pay_invoice', { id: 'x' }), search('returns money'), 'done'],
      options({ prepareStep: () => ({ tools }) }),
    );
    const { messages } = await fixture.agent.run('go');
    expect(resultTexts(messages)[1]).toMatch(/^!There is no tool "pay_invoice"/);
    expect(offeredIn(fixture)).toEqual([
      ['find_tools'],
      ['find_tools'],
      ['find_tools'],
      ['find_tools', 'refund'],
    ]);
  });

  it('offers exactly the listed tools if the search tool is not listed', async () => {
    const fixture = world(
      [call('pay_invoice', { id: 'x' }), 'done'],
      options({ prepareStep: () => ({ tools: ['pay_invoice'] }) }),
    );
    const { messages } = await fixture.agent.run('go');
    expect(offeredIn(fixture)).toEqual([['pay_invoice'], ['pay_invoice']]);
    expect(resultTexts(messages)).toEqual(['paid x']);
    expect(fixture.requests[0]?.request.tools[0]).not.toHaveProperty('deferred');
  });
});

describe('invalid options of tool search', () => {
  it.each<[string, string, unknown]>([
    ['toolSearch', 'toolSearch must be an object', 'yes'],
    ['toolSearch.minTools', 'toolSearch.minTools must be a number of 0 or more', -1],
    ['toolSearch.limit', 'toolSearch.limit must be a number of 1 or more', 0],
    ['toolSearch.name', 'toolSearch.name must be a string', 5],
    ['toolSearch.name', 'toolSearch.name must be 1 to 64 letters', 'find tools'],
    ['toolSearch.always', 'toolSearch.always must be an array or function', 'refund'],
    ['toolSearch.always', 'toolSearch.always must be an array of tool names', [5]],
    ['toolSearch.rank', 'toolSearch.rank must be a function', []],
    ['toolSearch.limits', 'toolSearch.limits is not an option; did you mean "limit"?', 5],
  ])('are rejected: %s, %s', (path, message, value) => {
    const [, name] = path.split('.');
    const toolSearch = (name === undefined ? value : { [name]: value }) as never;
    expect(() => world([], options({ toolSearch }))).toThrow(
      expect.objectContaining({
        kind: 'config',
        details: expect.objectContaining({ path }) as object,
        message: expect.stringContaining(message) as string,
      }) as Error,
    );
  });

  it.each([
    ['the agent', { tools: [plain('find_tools', () => '')] }, true],
    [
      'toolbox "box"',
      { toolboxes: [{ name: 'box', tools: [plain('find_tools', () => '')] }] },
      { minTools: 100 },
    ],
  ])('are rejected if %s has a tool of the same name', (owner, more, toolSearch) => {
    expect(() => world([], options({ ...more, toolSearch }))).toThrow(
      `two tools are named "find_tools" (${owner}, toolSearch); rename one`,
    );
  });
});

/** Call of the search tool with the same id in every turn. */
const searchCall = (query: string) => ({ id: 'c1', name: 'find_tools', args: { query } });

/** Number of random runs. With SOAK=1, as in the nightly run, 60. */
const SEEDS = process.env['SOAK'] === undefined ? 3 : 60;

describe('random runs with searches', () => {
  it('give the same transcript in one process, with a new process after each pause, and on a replayed journal', async () => {
    for (let seed = 1; seed <= SEEDS; seed++) {
      const random = seededRandom(seed);
      const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;
      const turn = (): Turn =>
        pick<Turn>([
          { toolCalls: [searchCall(pick(['invoice', 'money', 'branch', 'delete', 'nothing at all']))] },
          calls(['c1', pick(['refund', 'clock', 'made_up'])], ['c2', pick(['refund', 'pay_invoice'])]),
          { toolCalls: [searchCall('money'), { id: 'c2', name: 'refund', args: {} }] },
        ]);
      const turns = [...Array.from({ length: 6 }, turn), 'done'];
      const decide = (id: string) => ({ callId: id, approve: true }) as const;
      const transcripts: string[] = [];
      for (const mode of ['run', 'processes', 'journal'] as const) {
        const played = [...turns];
        const next = (): World => world(played, options({ maxSteps: 9 }));
        let fixture = next();
        if (mode === 'journal') {
          const { value } = await replayed(fixture.agent, {}, (id) => Promise.resolve(decide(id)));
          transcripts.push(JSON.stringify(value.messages));
          continue;
        }
        let result = await fixture.agent.run('go');
        while (result.awaiting.length > 0) {
          const decisions = result.awaiting.map(({ id }) => decide(id));
          if (mode === 'processes') {
            played.splice(0, fixture.requests.length);
            fixture = next();
          }
          const state = mode === 'processes' ? stored(result.state) : result.state;
          result = await fixture.agent.run(state, { decisions });
        }
        transcripts.push(JSON.stringify(result.messages));
        const lists = offeredIn(fixture).map((names) => names.join());
        for (const [at, list] of lists.entries()) expect(list.startsWith(lists[at - 1] ?? '')).toBe(true);
      }
      expect([seed, transcripts[1], transcripts[2]]).toEqual([seed, transcripts[0], transcripts[0]]);
    }
  });

  it('emit the events of the search like those of any tool', async () => {
    const { agent } = world([search('invoice'), 'done'], options());
    const events = await read(agent.stream('go'));
    expect(events.filter(({ type }) => type === 'tool-start' || type === 'tool-end')).toMatchObject([
      { call: { name: 'find_tools' } },
      { result: { loads: expect.arrayContaining(['pay_invoice']) as string[] } },
    ]);
  });
});

it('shares one index and one list of tools among the runs of an agent', async () => {
  const model = createMajordomo({
    providers: [fakeProvider({ id: 'f', models: { m: [search('invoice'), search('invoice'), 'a', 'b'] } })],
    chain: { attempts: 1 },
  }).model('f/m');
  const agent = createAgent({ model, ...options() });
  const [a, b] = await Promise.all([agent.run('one'), agent.run('two')]);
  expect(loadsOf(a.messages)).toEqual(loadsOf(b.messages));
});
