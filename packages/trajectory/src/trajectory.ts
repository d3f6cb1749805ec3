import type { RunError, RunResult, RunState } from '@majordomo/agent';
import type { Message, Usage } from '@majordomo/core';

/** One run, whole and lossless; a writer takes the secrets out. */
export interface Trajectory {
  readonly version: 1;
  /** Names the run. */
  readonly id: string;
  /** When it ended: ISO, UTC. */
  readonly at: string;
  /** What was asked for. */
  readonly spec: string;
  /** What answered, step by step. */
  readonly targets: readonly string[];
  readonly system: string | undefined;
  readonly tools: readonly TrajectoryTool[];
  /** The transcript, as the agent had it. */
  readonly messages: readonly Message[];
  /** `undefined` where no vendor told any. */
  readonly usage: Usage | undefined;
  /** Why it ended: `answered`, `max-steps` …, `waiting` for a decision, or the kind of the error. */
  readonly outcome: string;
  /** The app's own; JSON. */
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** A tool as the model was offered it. */
export interface TrajectoryTool {
  readonly name: string;
  readonly description: string;
  /** JSON Schema. */
  readonly parameters: object;
}

/** What a run does not know of itself. Without `targets` those of the run are taken. */
export type RunDescription = Omit<Trajectory, 'version' | 'at' | 'messages' | 'usage' | 'outcome'>;

/** A run that ended, or the error that ended it, as a trajectory. `at`: when; default: now. */
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
    system: about.system,
    tools: about.tools,
    messages,
    usage: isKnown(usage) ? usage : undefined,
    outcome: 'kind' in run ? run.kind : (done ?? 'waiting'),
    metadata: about.metadata,
  };
}

/** Did the run come to an answer? */
export const isCompleted = ({ outcome }: Trajectory): boolean => outcome === 'answered';

const isKnown = (usage: Usage): boolean => Object.values(usage).some((value) => value !== undefined);
