import { callSite, rejectWithCallSite } from '@majordomo/core/toolkit';
import { withParts } from '../run/agent-parts.ts';
import type { Agent } from '../run/agent-interface.ts';
import { WatchedRun } from '../stream/agent-stream.ts';
import { checkDriverClaim } from '../run/check-claim.ts';
import { checkOwner } from '../run/check-owner.ts';
import { decide } from '../loop/decide.ts';
import { driverEffects } from '../run/effects.ts';
import { filterText } from '../stream/filter-text.ts';
import { drive, unwrapEngineError } from '../loop/loop.ts';
import { agentParts, type AgentOptions } from './options.ts';
import { runLocally } from '../run/run-locally.ts';
import { begin } from '../state/state.ts';

export type { Agent } from '../run/agent-interface.ts';

/**
 * Creates an agent, which calls a model with instructions and tools in a loop. Throws `config` for invalid options, such as a
 * missing model or two tools with the same name.
 *
 * @example
 * const agent = createAgent({ model, instructions: 'Be brief.', tools: [weather] });
 * const { text } = await agent.run('Do I need an umbrella in Oslo?');
 */
export function createAgent(options: AgentOptions): Agent {
  const parts = agentParts(options);
  // `callSite` is called before the run begins, because the stack of a later error does not contain the caller.
  // `undefined`: without a listener, responses are not streamed.
  const run: Agent['run'] = (input, runOptions = {}) =>
    rejectWithCallSite(callSite(run), runLocally(parts, input, runOptions, undefined));
  const stream: Agent['stream'] = (input, { text = 'all', ...runOptions } = {}) => {
    const site = callSite(stream);
    return new WatchedRun(
      async (emit, signal) =>
        rejectWithCallSite(site, runLocally(parts, input, { ...runOptions, signal }, filterText(text, emit))),
      runOptions.signal,
    );
  };
  const agent: Agent = {
    name: parts.name,
    begin: (input, { budget = options.budget } = {}) => ({
      ...begin(input, { budget }),
      ...(parts.name !== undefined && { agent: parts.name }),
    }),
    decide: (state) => decide(state, parts.rules),
    effects: (io) => driverEffects(parts, io),
    claimOwner: () => parts.started.ownerId(),
    async drive(state, effects) {
      checkOwner(state, parts);
      checkDriverClaim(state, effects, parts);
      // A durable engine suspends and cancels runs with its own errors, which it must receive unchanged.
      return drive(state, effects, parts.rules).catch((error: unknown) => {
        throw unwrapEngineError(error);
      });
    },
    run,
    stream,
  };
  return withParts(agent, parts);
}
