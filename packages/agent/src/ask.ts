import {
  LlmError,
  type CallOptions,
  type ChatModel,
  type ChatRequest,
  type ChatResponse,
  type Message,
  type Warning,
} from '@majordomo/core';
import { answerText } from './answer-text.ts';
import { decide, type Rules } from './decide.ts';
import type { DriveRules } from './loop.ts';
import type { Emit } from './event.ts';
import { failed, type Hooks, type StepSettings } from './hooks.ts';
import type { RunState } from './state.ts';
import type { Tools } from './toolbox.ts';

/** What an agent asks its model with. */
export interface Asking {
  readonly model: ChatModel;
  readonly instructions: string | undefined;
  readonly settings: Omit<StepSettings, 'model' | 'instructions' | 'tools'>;
  readonly tools: Tools;
  readonly rules: DriveRules;
  readonly hooks: Hooks;
}

/** The answer, and the tools that were offered where it was a part of them only. */
interface Asked {
  readonly response: ChatResponse;
  readonly offered: readonly string[] | undefined;
}

/** Whom a model call tells of what. */
interface Listening {
  /** The model's events are streamed only for somebody. */
  readonly emit: Emit | undefined;
  readonly warn: (warning: Warning) => void;
}

/** One model call: the step's own settings, the view of the transcript, and the answer. */
export async function ask(
  state: RunState,
  asking: Asking,
  options: CallOptions,
  { emit, warn }: Listening,
): Promise<Asked> {
  const { prepareStep, compact } = asking.hooks;
  const settings = (await prepareStep?.({ step: state.steps + 1, state })) ?? {};
  const { model = asking.model, instructions = asking.instructions, tools: offered, ...own } = settings;
  const specs = asking.tools.offered(offered);
  const request: ChatRequest = {
    ...asking.settings,
    ...definedOnly(own),
    messages: compact === undefined ? state.messages : await view(state.messages, compact, warn),
    system: instructions,
    ...(specs.length === 0 ? { toolChoice: undefined } : { tools: specs }),
    ...(specs.length > 0 && isClosing(state, asking.rules) ? { toolChoice: 'none' } : {}),
  };
  return { response: await answer(model, request, options, emit, state), offered };
}

function isClosing(state: RunState, rules: Rules): boolean {
  const action = decide(state, rules);
  return action.type === 'ask' && action.textOnly === true;
}

async function view(
  messages: readonly Message[],
  compact: NonNullable<Hooks['compact']>,
  warn: Listening['warn'],
): Promise<readonly Message[]> {
  try {
    return await compact(messages);
  } catch (error) {
    warn(failed('compact', error));
    return messages;
  }
}

async function answer(
  model: ChatModel,
  request: ChatRequest,
  options: CallOptions,
  emit: Emit | undefined,
  state: RunState,
): Promise<ChatResponse> {
  try {
    return await (emit === undefined
      ? model.generate(request, options)
      : watched(model, request, options, emit));
  } catch (error) {
    if (!LlmError.is(error, 'empty') || state.steps === 0 || answerText(state.messages).trim() === '')
      throw error;
    return emptyAnswer(model, error);
  }
}

async function watched(
  model: ChatModel,
  request: ChatRequest,
  options: CallOptions,
  emit: Emit,
): Promise<ChatResponse> {
  const stream = model.stream(request, options);
  for await (const event of stream) {
    const caughtUp = emit({ type: 'model', event });
    if (caughtUp !== undefined) await caughtUp;
  }
  return stream.response();
}

/** The model has nothing to add to what it said beside its tool calls. */
function emptyAnswer({ spec }: ChatModel, { details }: LlmError): ChatResponse {
  const target = details.attempts.findLast(({ outcome }) => outcome === 'failed')?.target ?? spec;
  return {
    id: undefined,
    target,
    spec,
    message: { role: 'assistant', parts: [] },
    parts: [],
    text: '',
    toolCalls: [],
    finish: 'stop',
    rawFinish: undefined,
    usage: undefined,
    warnings: [
      { action: 'repaired', what: 'answer', why: 'the last turn was empty: an earlier text is the answer' },
    ],
    attempts: details.attempts,
  };
}

const definedOnly = (settings: Asking['settings']): Asking['settings'] =>
  Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
