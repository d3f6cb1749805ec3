import { LlmError, systemClock, type ChatModel, type Clock } from '@majordomo/core';
import { atLeast, checkCache, checkNumber, checkOptions, type KindsOf } from '@majordomo/core/toolkit';
import { partsOf, type AgentParts } from '../run/agent-parts.ts';
import { approvalsNeeded } from '../tools/approval.ts';
import type { Around } from '../run/around.ts';
import type { Budget, CostOf } from '../budget/budget.ts';
import { checkBudget } from '../budget/check-budget.ts';
import { Handoffs, type HandoffOption } from '../handoff/handoff.ts';
import type { Hooks } from '../run/hooks.ts';
import { OTHER_STEP_NAMES, STEP_KINDS, type StepSettings } from '../run/step-settings.ts';
import type { LoopLimits } from '../loop/limits.ts';
import type { DriveRules } from '../loop/loop.ts';
import { StartedCalls } from '../run/started-calls.ts';
import { waitingRunOf } from '../state/call-paths.ts';
import type { RunState } from '../state/state.ts';
import { Team } from '../handoff/team.ts';
import type { Tool } from '../tools/tool.ts';
import { subAgentOf } from '../tools/sub-agent-tool.ts';
import { searchRules, TOOL_SEARCH_KINDS, type ToolSearch } from '../tools/tool-search.ts';
import { Tools, type Skill, type Toolbox, type ToolOwner } from '../tools/toolbox.ts';

/** Options of `createAgent`. Settings such as `maxTokens` apply to every step. */
export interface AgentOptions extends Hooks, Omit<StepSettings, 'model' | 'tools'> {
  /**
   * Name for handoffs and reports: 1 to 50 letters, digits, `_` or `-`. Required for an agent to which other agents hand off. An
   * invalid name throws `config`.
   */
  readonly name?: string | undefined;
  /** Model or chain for every step. Different steps may use different targets of a chain. */
  readonly model: ChatModel;
  /** Tools that the model may call. Tool names must be unique among tools, toolboxes and skills. @default [] */
  readonly tools?: readonly Tool[] | undefined;
  /** Named groups of additional tools. @default [] */
  readonly toolboxes?: readonly Toolbox[] | undefined;
  /** Skills. Their instructions follow the agent's instructions, in the given order. @default [] */
  readonly skills?: readonly Skill[] | undefined;
  /**
   * Whether a search tool replaces most tool definitions, or the options of the search tool. Tools of `tools` and `skills` are
   * not deferred. Tools of `toolboxes` are deferred if the agent has at least `ToolSearch.minTools` tools. The model can call a
   * deferred tool after a result of the search tool has loaded it. An earlier call only loads the tool. @default false
   */
  readonly toolSearch?: boolean | ToolSearch | undefined;
  /**
   * Agents that may take over the conversation, each offered as a tool `transfer_to_<name>`. A function is called when the first
   * run begins, so that two agents can refer to each other. The new agent continues with its model, instructions, settings,
   * tools, approvals, `prepareStep` and `compact`. Limits, `steer` and observers remain those of the agent that was run. Two
   * reachable agents with the same name throw `config`.
   */
  readonly handoffs?: HandoffOption | undefined;
  /** Maximum number of handoffs in a run. A further handoff returns an error result, and the agent continues. @default 10 */
  readonly maxHandoffs?: number | undefined;
  /** Maximum number of model calls of a run, or a pure function of the state that returns the number. @default 10 */
  readonly maxSteps?: number | ((state: RunState) => number) | undefined;
  /** Whether the model is called once more, without permission to call tools, if no steps remain. @default false */
  readonly closingTurn?: boolean | undefined;
  /** Limits that stop a run that makes no progress. @default no limits */
  readonly loopLimits?: LoopLimits | undefined;
  /** Whether the calls of a turn run in parallel. Results have the order of the calls. @default false */
  readonly parallelTools?: boolean | undefined;
  /**
   * Maximum number of tool calls of one turn that run at the same time, including sub-agents. A number above 1 implies
   * `parallelTools`. @default 1, or unlimited with `parallelTools: true`
   */
  readonly toolConcurrency?: number | undefined;
  /** Limits of a run, including its sub-agents. The option `budget` of `run` replaces these limits. @default none */
  readonly budget?: Budget | undefined;
  /**
   * Function that returns the cost of a model call, such as `costOfResponse` of `@majordomo/catalog`. Required with `budget.maxUsd`, in which case an
   * unknown cost ends the run with a `RunError` of kind `config` that names the target. Without `maxUsd`, an unknown cost is zero and causes a
   * warning. A cost with `basis: 'included'` is zero. Sub-agents without `cost` use this function.
   */
  readonly cost?: CostOf | undefined;
  /** Clock for time limits and durations. @default the system clock */
  readonly clock?: Pick<Clock, 'now' | 'timer'> | undefined;
  /** Function that wraps a run and each of its tool calls, for example in a tracing context. Must return the result of `run`. */
  readonly around?: Around | undefined;
}

/** Kinds of the options for `checkOptions`. `true` accepts any value. */
const KINDS: KindsOf<AgentOptions> = {
  ...STEP_KINDS,
  model: true,
  name: 'string',
  handoffs: 'array or function',
  maxHandoffs: atLeast(0),
  toolboxes: 'array',
  skills: 'array',
  toolSearch: 'boolean',
  maxSteps: 'number or function',
  closingTurn: 'boolean',
  loopLimits: { errorSteps: atLeast(1), repeats: atLeast(1) },
  parallelTools: 'boolean',
  toolConcurrency: atLeast(1),
  // `checkBudget` checks this option.
  budget: true,
  cost: 'function',
  clock: 'object with now',
  around: 'function',
  prepareStep: 'function',
  steer: 'function',
  compact: 'function',
  onStepStart: 'function',
  onToolStart: 'function',
  onToolEnd: 'function',
  onStep: 'function',
  onEnd: 'function',
};

/** Names that other libraries use for an option, with the option's name here, for the error message. */
const OTHER_NAMES: Readonly<Record<string, keyof AgentOptions>> = {
  ...OTHER_STEP_NAMES,
  maxTurns: 'maxSteps',
  maxIterations: 'maxSteps',
  onStepFinish: 'onStep',
  onFinish: 'onEnd',
};

/** Returns the parsed options of an agent. Throws `config` for invalid options, such as a duplicate tool name. */
export function agentParts(options: AgentOptions): AgentParts {
  // The kind of `toolSearch` depends on its form, a boolean or an object with options.
  const isSearchObject = typeof (options as AgentOptions | undefined)?.toolSearch !== 'boolean';
  const kinds = isSearchObject ? { ...KINDS, toolSearch: TOOL_SEARCH_KINDS } : KINDS;
  checkOptions('createAgent', options, kinds, [], OTHER_NAMES);
  checkCache(options.cache, 'config');
  checkBudget(options.budget, options.cost !== undefined, 'budget', 'createAgent: ');
  const { model, name, clock = systemClock, around, cost } = options;
  const { parallelTools = false, toolConcurrency = parallelTools ? Infinity : 1 } = options;
  if (name !== undefined && !/^[\w-]{1,50}$/.test(name))
    throw new LlmError('config', 'createAgent: name must be 1 to 50 letters, digits, _ or -', {
      path: 'name',
    });
  const handoffs = new Handoffs(options.handoffs);
  const tools = toolsOf(options, handoffs);
  // Without this check, JavaScript callers would get the error only in the first run.
  if (typeof (model as Partial<ChatModel> | null | undefined)?.stream !== 'function') {
    throw new LlmError('config', 'createAgent: model must be from majordomo.model(spec)', { path: 'model' });
  }
  const parts: AgentParts = {
    name,
    handoffs,
    // The team, which needs the parts, is set below. Only a run calls these functions.
    active: (state) => team.active(state),
    view: (state) => team.view(state),
    model,
    instructions: instructionsOf(options),
    settings: settingsOf(options),
    tools,
    hooks: options,
    rules: rulesOf(
      options,
      (state) => parts.active(state),
      (state) => parts.view(state),
      toolConcurrency > 1,
    ),
    clock,
    around,
    started: new StartedCalls(),
    cost,
    toolConcurrency: Math.floor(toolConcurrency),
  };
  const team = new Team(parts);
  return parts;
}

/** Returns the options that every model request of the agent contains. */
function settingsOf(options: AgentOptions): AgentParts['settings'] {
  return {
    toolChoice: options.toolChoice,
    maxTokens: options.maxTokens,
    temperature: options.temperature,
    topP: options.topP,
    topK: options.topK,
    frequencyPenalty: options.frequencyPenalty,
    presencePenalty: options.presencePenalty,
    stop: options.stop,
    seed: options.seed,
    reasoning: options.reasoning,
    reasoningSummary: options.reasoningSummary,
    verbosity: options.verbosity,
    endUser: options.endUser,
    serviceTier: options.serviceTier,
    cache: options.cache,
    extra: options.extra,
  };
}

function instructionsOf({ instructions, skills = [] }: AgentOptions): string | undefined {
  const texts = [instructions, ...skills.map((skill) => skill.instructions)];
  return texts.filter((text) => text !== undefined && text !== '').join('\n\n') || undefined;
}

function toolsOf(
  { tools = [], toolboxes = [], skills = [], toolSearch }: AgentOptions,
  handoffs: Handoffs,
): Tools {
  toolboxes.forEach((box, at) => {
    checkNamed(`toolboxes[${at}]`, box);
  });
  skills.forEach((skill, at) => {
    checkNamed(`skills[${at}]`, skill);
  });
  // Only searched owners, which are the toolboxes, need a name. A getter reads tools that change later.
  const owners: readonly ToolOwner[] = [
    { label: 'the agent', name: '', tools },
    ...toolboxes.map(searchedToolbox),
    ...skills.map(({ name, tools: own = [] }) => ({ label: `skill "${name}"`, name, tools: own })),
    {
      label: 'the handoffs',
      name: '',
      get tools() {
        return handoffs.tools;
      },
    },
  ];
  return new Tools(owners, searchRules(toolSearch));
}

function checkNamed(path: string, holder: { readonly name?: unknown } | null | undefined): void {
  if (typeof holder?.name !== 'string')
    throw new LlmError('config', `createAgent: ${path} must be an object with a name`, { path });
}

const searchedToolbox = (box: Toolbox): ToolOwner => ({
  label: `toolbox "${box.name}"`,
  name: box.name,
  isSearched: true,
  get tools() {
    return box.tools;
  },
  get description() {
    return box.description;
  },
});

function rulesOf(
  { name: agentName, maxSteps = 10, maxHandoffs = 10, loopLimits, closingTurn, budget }: AgentOptions,
  active: AgentParts['active'],
  view: AgentParts['view'],
  parallel: boolean,
): DriveRules {
  if (typeof maxSteps !== 'function') checkNumber(maxSteps, 0, 'maxSteps');
  return {
    maxSteps: typeof maxSteps === 'function' ? checkedMaxSteps(maxSteps) : () => maxSteps,
    mayNeedApproval: ({ name, invalid }, state) =>
      invalid === undefined && (active(state).tools.find(name, state.offered)?.approval ?? false) !== false,
    isOnce: ({ name }, state) => active(state).tools.find(name, state.offered)?.effect === 'once',
    hasOnce: ({ id, name }, state) => {
      const tool = active(state).tools.find(name, state.offered);
      const run = waitingRunOf(state, id);
      const inner = partsOf(subAgentOf(tool))?.rules;
      return tool?.effect === 'once' || run?.pending.some((call) => inner?.hasOnce(call, run)) === true;
    },
    needsApproval: (calls, state) => approvalsNeeded(calls, state, { active, view }),
    handoff: ({ name }, state) => {
      const { tools, handoffs } = active(state);
      // A handoff that the step did not offer is not found, so its call gets an error result as that of any other tool.
      return tools.find(name, state.offered) && handoffs.to(name);
    },
    agentName,
    maxHandoffs,
    loop: loopLimits ?? {},
    closingTurn: closingTurn ?? false,
    parallel,
    budget,
  };
}

/** Wraps `maxSteps` to check each returned number, because NaN would end the run without an error. */
const checkedMaxSteps =
  (maxSteps: (state: RunState) => number): DriveRules['maxSteps'] =>
  (state) => {
    const most = maxSteps(state);
    checkNumber(most, 0, 'maxSteps');
    return most;
  };
