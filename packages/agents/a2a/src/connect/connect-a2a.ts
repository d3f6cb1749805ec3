import { Role, type AgentCard } from '@a2a-js/sdk';
import { defineTool, suspend, type Tool } from '@majordomo/agent';
import { LlmError, systemClock, truncateText } from '@majordomo/core';
import { abortable, checkOptions, isLoopback } from '@majordomo/core/toolkit';
import { newMessage, textPart } from '../messages.ts';
import { AgentFetch } from './agent-fetch.ts';
import { toLlmError } from './errors.ts';
import { KINDS, type A2aToolbox, type ConnectA2aOptions } from './options.ts';
import { clientOf, readCard } from './read-card.ts';
import { RemoteAgent } from './remote-agent.ts';
import { settle, suspensionOf } from './settle.ts';

const TOTAL_MS = 600_000;
const CONNECT_MS = 30_000;
const MAX_DESCRIPTION = 4000;

/**
 * Connects to a remote agent and returns it as a toolbox with one tool, whose argument is `task`. A question of the agent pauses the
 * run, and `settle` sends the answer. The agent is untrusted: its answers are limited to 100,000 characters and 20 files. Rejects
 * with `config` for invalid options, with `network`, `auth` or `timeout` if the card cannot be loaded, and with `protocol` or
 * `unsupported` for a card that this client cannot use.
 *
 * @example
 * await using billing = await connectA2a({ name: 'billing', url: 'https://billing.example.com', credential: token });
 * const agent = createAgent({ model, toolboxes: [billing] });
 */
export async function connectA2a(options: ConnectA2aOptions): Promise<A2aToolbox> {
  const url = checkedUrl(options);
  const { name, totalMs = TOTAL_MS, clock = systemClock } = options;
  const label = `a2a "${name}"`;
  const agentFetch = new AgentFetch(url, label, options);
  const { secrets, fetch, sent } = agentFetch;
  const limit = new AbortController();
  const stopTimer = clock.timer(CONNECT_MS, () => {
    limit.abort(new LlmError('timeout', `${label}: no card within ${CONNECT_MS} ms`));
  });
  let card: AgentCard;
  try {
    card = await abortable(readCard(url, label, fetch, limit.signal), limit.signal);
  } catch (error) {
    throw toLlmError(error, label, secrets);
  } finally {
    stopTimer();
  }
  const streams = card.capabilities?.streaming === true;
  const client = await clientOf(card, url, label, fetch);
  const agent = new RemoteAgent({
    client,
    isSent: (signal) => sent.has(signal),
    streams,
    label,
    secrets,
    clock,
    totalMs,
  });
  const close = (): Promise<void> => agent.close();
  return {
    name,
    card,
    tools: [toolOf(name, card, agent)],
    settle: (state, answers) => settle(state, answers, name, agent),
    close,
    [Symbol.asyncDispose]: close,
  };
}

function toolOf(name: string, card: AgentCard, agent: RemoteAgent): Tool {
  const skills = card.skills.map((skill) => `- ${skill.name}: ${skill.description}`);
  return defineTool({
    name,
    description: truncateText([card.description, ...skills].join('\n'), MAX_DESCRIPTION),
    parameters: {
      type: 'object',
      properties: { task: { type: 'string', description: 'The complete task' } },
      required: ['task'],
      additionalProperties: false,
    },
    run: async (args, { signal, key }) => {
      const { task } = args as { readonly task: string };
      const message = newMessage(Role.ROLE_USER, [textPart(task)], {});
      // `key` is equal if a call is repeated, so that the agent can recognize a message that it has received.
      const outcome = await agent.send({ ...message, messageId: key }, signal);
      return outcome.type === 'answer' ? outcome.content : suspend(suspensionOf(name, outcome));
    },
  });
}

/** Checks the options, and returns their address. */
function checkedUrl(options: ConnectA2aOptions): URL {
  checkOptions('connectA2a', options, KINDS, ['name', 'url']);
  const { name, url: address, credential } = options;
  if (!/^[\w-]{1,64}$/.test(name))
    throw new LlmError('config', 'connectA2a: name must be 1 to 64 letters, digits, _ or -', {
      path: 'name',
    });
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw new LlmError('config', 'connectA2a: url must be an http or https address', { path: 'url' });
  if (url.username !== '' || url.password !== '')
    throw new LlmError('config', 'connectA2a: url must not contain a password; pass credential', {
      path: 'url',
    });
  if (credential !== undefined && url.protocol !== 'https:' && !isLoopback(url))
    throw new LlmError(
      'config',
      'connectA2a: url must be an https address; only loopback addresses may receive a credential without encryption',
      { path: 'url' },
    );
  return url;
}
