import { describe, expect, it } from 'vitest';
import { agentTool, type Agent, type Tool, type ToolContext } from '../src/index.ts';
import { usage } from './support/usage.ts';
import { call, resultTexts, runError, world } from './support/world.ts';

const delegateTo = (agent: Agent): Tool => agentTool({ name: 'helper', description: 'Helps', agent });
const delegation = { toolCalls: [{ id: 'h', name: 'helper', args: { task: 'look' } }], usage: usage(1) };

describe('an agent as a tool of another agent', () => {
  it('receives the task, returns its answer, and adds its usage to that of the run', async () => {
    const inner = world([{ text: 'Found.', usage: usage(10) }]);
    const { agent } = world([delegation, { text: 'He found it.', usage: usage(100) }], {
      tools: [delegateTo(inner.agent)],
    });
    const result = await agent.run('go');
    expect([resultTexts(result.messages), result.usage.input]).toEqual([['Found.'], 111]);
    expect(inner.requests[0]?.request.messages).toEqual([
      { role: 'user', parts: [{ type: 'text', text: 'look' }] },
    ]);
  });

  it('inherits the signal, the call options, the context and the key', async () => {
    const controller = new AbortController();
    let toolContext: ToolContext | undefined;
    const stop: Tool = {
      name: 'stop',
      description: 's',
      parameters: { type: 'object' },
      run: (_args, context) => {
        toolContext = context;
        controller.abort();
        return new Promise(() => undefined);
      },
    };
    const inner = world([{ toolCalls: [{ id: 's', name: 'stop', args: {} }] }], { tools: [stop] });
    const { agent } = world([delegation], { tools: [delegateTo(inner.agent)] });
    const error = await runError(
      agent.run('go', { signal: controller.signal, tenant: 't', context: 7, runId: 'r' }),
    );
    expect([
      error.cause.kind,
      toolContext?.signal.aborted,
      toolContext?.options.tenant,
      toolContext?.context,
      toolContext?.key,
      toolContext?.depth,
    ]).toEqual(['aborted', true, 't', 7, 'r/1/h/1/s', 1]);
  });

  it('returns an error result if it fails or stops without an answer, and its usage counts', async () => {
    const wait: Tool = {
      name: 'wait',
      description: 'w',
      parameters: { type: 'object' },
      run: () => '',
    };
    const outcomes = [
      [
        world([{ toolCalls: [{ name: 'wait', args: {} }], usage: usage(10) }], {
          tools: [wait],
          maxSteps: 1,
        }),
        'the agent stopped without an answer (max-steps): ',
      ],
      [
        world([{ toolCalls: [{ name: 'wait', args: {} }], usage: usage(10) }, { fail: 'auth' }], {
          tools: [wait],
        }),
        'the run ended in step 2: ',
      ],
    ] as const;
    for (const [inner, text] of outcomes) {
      const result = await world([delegation, { text: 'ok', usage: usage(100) }], {
        tools: [delegateTo(inner.agent)],
      }).agent.run('go');
      expect([resultTexts(result.messages), result.usage.input]).toEqual([
        [expect.stringContaining(`!The tool failed: ${text}`)],
        111,
      ]);
    }
  });

  it('can be nested at most three levels deep', async () => {
    let agent = world(['never']).agent;
    const depths: number[] = [];
    for (let level = 0; level < 4; level++) {
      const below = agent;
      const probe: Tool = {
        ...delegateTo(below),
        run: (args, context) => {
          depths.push(context.depth);
          return delegateTo(below).run(args, context);
        },
      };
      ({ agent } = world(
        [call('helper', { task: 'look' }), (request) => JSON.stringify(request.messages.at(-1))],
        { tools: [probe] },
      ));
    }
    const { text } = await agent.run('go');
    expect(depths).toEqual([0, 1, 2, 3]);
    expect(text).toContain('agents may be nested at most 3 levels deep');
  });
});
