import type { RunError, RunResult, RunState } from '@majordomo/agent';
import type { Message, Usage } from '@majordomo/core';

/** Complete run of an agent, before redaction. */
export interface Trajectory {
  readonly version: 1;
  /** Id of the run. */
  readonly id: string;
  /** End time of the run, as an ISO 8601 date in UTC. */
  readonly at: string;
  /** Spec of the model that the agent called. */
  readonly spec: string;
  /** Targets that answered the steps, in order. */
  readonly targets: readonly string[];
  /** Models that answered the steps, by their vendors' names, in order. Steps whose vendor reports no model are missing. */
  readonly models?: readonly string[] | undefined;
  readonly system: string | undefined;
  readonly tools: readonly TrajectoryTool[];
  /** Transcript of the agent. */
  readonly messages: readonly Message[];
  /** Sum of the usage of all model calls, or `undefined` if no vendor reported usage. */
  readonly usage: Usage | undefined;
  /** Reason for the run's end, such as `answered`, `max-steps` or `waiting` (for a decision), or the kind of its error. */
  readonly outcome: string;
  /** Metadata that the application adds. Must have a JSON form. */
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** Tool as described to the model. */
export interface TrajectoryTool {
  readonly name: string;
  readonly description: string;
  /** JSON Schema of the arguments. */
  readonly parameters: object;
}

/**
 * Facts about a run that its result does not contain. If `targets` is empty, the targets in the run's
 * result are used. If `models` is absent, the models in the attempts of the run's result are used.
 */
export type RunDescription = Omit<Trajectory, 'version' | 'at' | 'messages' | 'usage' | 'outcome'>;

/** Converts a run, or the error that ended a run, to a trajectory. `at` is the end time of the run, by default now. */
export function trajectoryOf(
  run: RunResult | RunError,
  about: RunDescription,
  at: Date = new Date(),
): Trajectory {
  const { messages, usage, done }: RunState = run.state;
  return {
    version: 1,
    id: about.id,
    at: at.toISOString(),
    spec: about.spec,
    targets: about.targets.length === 0 && 'targets' in run ? run.targets : about.targets,
    ...modelsOf(run, about),
    system: about.system,
    tools: about.tools,
    messages,
    usage: isKnown(usage) ? usage : undefined,
    outcome: 'kind' in run ? run.kind : (done ?? 'waiting'),
    metadata: about.metadata,
  };
}

function modelsOf(run: RunResult | RunError, { models }: RunDescription): Pick<Trajectory, 'models'> {
  const attempts = 'attempts' in run ? run.attempts : [];
  const known =
    models ??
    attempts.flatMap(({ outcome, responseModel }) =>
      outcome === 'finished' && responseModel !== undefined ? [responseModel] : [],
    );
  return known.length === 0 ? {} : { models: known };
}

/** Whether the run ended with an answer. */
export const isCompleted = ({ outcome }: Trajectory): boolean => outcome === 'answered';

const isKnown = (usage: Usage): boolean => Object.values(usage).some((value) => value !== undefined);
