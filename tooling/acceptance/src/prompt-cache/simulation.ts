import { createPromptCache } from '@majordomo/cache/prompt';
import {
  createMajordomo,
  toolResult,
  user,
  type ChatRequest,
  type Message,
  type ToolSpec,
} from '@majordomo/core';
import {
  anthropicMessages,
  openaiResponses,
  promptCacheScript,
  startWireServer,
  type Answer,
  type Failure,
  type PromptCacheScript,
} from '@majordomo/conformance';
import { createAnthropic } from '@majordomo/provider-anthropic';
import { createOpenAI } from '@majordomo/provider-openai';
import { fakeClock, seededRandom } from '@majordomo/testing';
import { HEAD, PRICED, RATES, SYSTEM, TAIL } from './vendors.ts';

/** Time between two steps of an agent, in milliseconds. */
const STEP_MS = 20_000;
/** Settings of a simulated agent run. */
export interface SimulationOptions {
  readonly steps: number;
  /** Setting of `ChatRequest.cache`. `@default 'auto'` */
  readonly cache?: ChatRequest['cache'];
  /** Number of tool calls per step. `@default 1` */
  readonly parallel?: number;
  /** Whether the first target fails at a step. `@default never` */
  readonly fails?: (step: number) => boolean;
  /** Whether the order of the chain is reversed at every step. `@default false` */
  readonly reversed?: boolean;
  /** Time after each step, in milliseconds. `@default 20_000` */
  readonly pauseMs?: number | ((step: number) => number);
  /** Number of steps after which the conversation is replaced by a summary. `@default never` */
  readonly compactEvery?: number;
  /** Number of characters of one tool result. `@default 1200` */
  readonly resultChars?: number;
  /** Whether `@majordomo/cache/prompt` orders the targets. `@default false` */
  readonly ordered?: boolean;
}

/** Result of a simulated agent run. */
export interface SimulationResult {
  /** Number of steps that received a response. */
  readonly served: number;
  /** Total cost at both vendors in pico-USD. */
  readonly picoUsd: number;
  /** Share of the input tokens sent by an earlier step that was read from a cache, from the second step on. */
  readonly readShare: number;
}

const TOOL: ToolSpec = {
  name: 'look',
  description: 'Reads a file',
  parameters: { type: 'object', properties: { path: { type: 'string' } } },
};

/** Runs an agent with the SDKs of both vendors against servers that simulate prompt caches. */
export async function simulation(options: SimulationOptions): Promise<SimulationResult> {
  const { steps, cache = 'auto', parallel = 1, fails = () => false } = options;
  const { pauseMs = STEP_MS, compactEvery = Infinity, resultChars = 1200 } = options;
  const clock = fakeClock(Date.UTC(2026, 10, 20, 12));
  let step = 0;
  const answer = (): Answer => ({
    id: `r${step}`,
    parts: Array.from({ length: parallel }, (_, n) => ({
      type: 'tool-call',
      name: 'look',
      json: JSON.stringify({ path: `${step}-${n}.txt` }),
    })),
    usage: { output: 50 * parallel },
  });
  const scriptOf = (vendor: 'anthropic' | 'openai', respond: () => Answer | Failure): PromptCacheScript =>
    promptCacheScript({ vendor, rates: RATES, now: () => clock.now(), answer: respond });
  const head = scriptOf('anthropic', () => (fails(step) ? { failure: 'server' } : answer()));
  const tail = scriptOf('openai', answer);
  await using anthropic = await startWireServer({ wire: anthropicMessages, script: head.script });
  await using openai = await startWireServer({ wire: openaiResponses, script: tail.script });
  const prompts = createPromptCache({ catalog: PRICED, clock });
  const majordomo = createMajordomo({
    providers: [
      createAnthropic({ apiKey: 'any', baseURL: anthropic.baseURL }),
      createOpenAI({ apiKey: 'any', baseURL: openai.baseURL }),
    ],
    clock,
    random: () => 0,
    chain: { attempts: 1, ...(options.ordered === true && { order: prompts.order }) },
    onEvent: prompts.onEvent,
  });
  const random = seededRandom(1);
  const text = (): string =>
    Array.from({ length: resultChars / 8 }, () => random().toString(36).slice(2, 9).padEnd(7, '0')).join(' ');
  const messages: Message[] = [user('What is in a.txt?')];
  let possible = 0;
  let readLater = 0;
  let before = 0;
  let served = 0;
  for (; step < steps; step++) {
    if (step > 0 && step % compactEvery === 0) messages.splice(1, Infinity, user(`Summary: ${text()}`));
    const chain = options.reversed === true && step % 2 === 1 ? [TAIL, HEAD] : [HEAD, TAIL];
    const { message, toolCalls, usage } = await majordomo
      .model(chain.join(','))
      .generate({ system: SYSTEM, messages, tools: [TOOL], cache, maxTokens: 1000 });
    served++;
    if (step > 0) {
      possible += Math.min(before, usage?.input ?? 0);
      readLater += usage?.cacheRead ?? 0;
    }
    before = usage?.input ?? 0;
    messages.push(
      message,
      toolResult(toolCalls.map(({ id, name }) => ({ callId: id, name, content: text() }))),
    );
    await clock.advance(typeof pauseMs === 'number' ? pauseMs : pauseMs(step));
  }
  return {
    served,
    picoUsd: Number(head.bill.picoUsd + tail.bill.picoUsd),
    readShare: readLater / possible,
  };
}
