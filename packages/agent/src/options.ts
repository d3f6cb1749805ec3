import type { ChatModel, Clock } from '@majordomo/core';
import type { Asking } from './ask.ts';
import type { Hooks, StepSettings } from './hooks.ts';
import type { LoopLimits } from './limits.ts';
import type { DriveRules } from './loop.ts';
import type { RunState } from './state.ts';
import type { Tool } from './tool.ts';
import { Tools, type Skill, type Toolbox } from './toolbox.ts';

/** What an agent is made of. Settings such as `maxTokens` hold for every step. */
export interface AgentOptions extends Hooks, Omit<StepSettings, 'model' | 'tools'> {
  /** Asked in every step; a chain is one model. */
  readonly model: ChatModel;
  /** What the model may call. Names are unique, those of toolboxes and skills included. */
  readonly tools?: readonly Tool[] | undefined;
  /** More tools, in groups with a name. */
  readonly toolboxes?: readonly Toolbox[] | undefined;
  /** Their instructions follow the agent's own, in this order. */
  readonly skills?: readonly Skill[] | undefined;
  /** Model calls of a run; a pure function may decide by the state, such as by `state.usage`. Default 10. */
  readonly maxSteps?: number | ((state: RunState) => number) | undefined;
  /** Ask once more for words, without tools, when the steps are used up. */
  readonly closingTurn?: boolean | undefined;
  /** When a run that gets nowhere is stopped. Default: never. */
  readonly loopLimits?: LoopLimits | undefined;
  /** Run the calls of one turn side by side; their results keep the order of the calls. Default: one by one. */
  readonly parallelTools?: boolean | undefined;
  /** For the tools' time limits. */
  readonly clock?: Pick<Clock, 'timer'> | undefined;
}

/** What its steps ask with. */
export function askingOf(options: AgentOptions): Omit<Asking, 'rules'> {
  const { model, instructions, skills = [], tools = [], toolboxes = [] } = options;
  const { toolChoice, maxTokens, temperature, topP, stop, seed, reasoning, cache, extra } = options;
  const texts = [instructions, ...skills.map((skill) => skill.instructions)];
  return {
    model,
    instructions: texts.filter((text) => text !== undefined && text !== '').join('\n\n') || undefined,
    settings: { toolChoice, maxTokens, temperature, topP, stop, seed, reasoning, cache, extra },
    tools: new Tools([
      { name: 'the agent', tools },
      ...toolboxes.map(({ name, tools: own }) => ({ name: `toolbox "${name}"`, tools: own })),
      ...skills.map(({ name, tools: own = [] }) => ({ name: `skill "${name}"`, tools: own })),
    ]),
    hooks: options,
  };
}

/** What its decisions follow. */
export function rulesOf(
  { maxSteps = 10, loopLimits, closingTurn, parallelTools }: AgentOptions,
  tools: Tools,
): DriveRules {
  return {
    maxSteps: typeof maxSteps === 'function' ? maxSteps : () => maxSteps,
    needsApproval: (call) => tools.needsApproval(call),
    isOnce: ({ name }) => tools.get(name)?.effect === 'once',
    loop: loopLimits ?? {},
    closingTurn: closingTurn ?? false,
    parallel: parallelTools ?? false,
  };
}

/** The runtime's own timers. */
export const SYSTEM_TIMER: Pick<Clock, 'timer'> = {
  timer(ms, run) {
    const id = setTimeout(run, ms);
    return () => {
      clearTimeout(id);
    };
  },
};
