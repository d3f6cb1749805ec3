import type { RunState } from '@majordomo/agent';
import type { Clock, Message } from '@majordomo/core';
import {
  hold,
  layoutOf,
  MAX_RECORDS,
  type Hold,
  type RecordStore,
  type StoredRecord,
} from '@majordomo/records';
import type { Scope } from './scope.ts';

/** Time after which a task without a sign of life of its process has failed, in milliseconds. */
export const LEASE_MS = 30_000;

/** Time for which tasks, conversations and waiting runs are stored after their last change: 7 days, in milliseconds. */
export const LIFETIME_MS: number = 7 * 24 * 60 * 60 * 1000;

const RUNS = 'a2a/runs';
const CONVERSATIONS = 'a2a/conversations';
/**
 * Labels of runs. A process works on a run that is `running`, until it is due. A `waiting` run is never due. A client has canceled a
 * `canceled` run at another process, which notifies the process that works on it. An `ended` run can no longer be canceled.
 */
const LABELS = { running: 'running', waiting: 'waiting', canceled: 'canceled', ended: 'ended' } as const;

/** Run that waits for a reply. */
export interface WaitingRun {
  readonly state: RunState;
  /** Number of messages of the conversation before the task. */
  readonly earlier: number;
  /** Ids of the messages that have continued the run before. */
  readonly replies: readonly string[];
}

/** Caller of a task, as its process knows it. */
export interface RunOwner {
  readonly tenant: string;
  readonly user: string;
}

interface Run {
  readonly owner: RunOwner;
  /** `undefined` until the run waits for the first time. */
  readonly waiting?: WaitingRun | undefined;
}

/** Stored run of a task that has not ended. */
export interface StoredRun extends Run {
  readonly taskId: string;
  readonly record: StoredRecord;
  /** Whether a process works on the run, or has worked on it in the last 30 seconds. */
  readonly isHeld: boolean;
  readonly isWaiting: boolean;
  readonly isCanceled: boolean;
}

/** Lease of a run on which this process works. */
export interface HeldRun {
  readonly lease: Hold;
  readonly run: Run;
}

const RUN = layoutOf<Run>('the run of the task', 1);
const CONVERSATION = layoutOf<{ readonly messages: readonly Message[] }>('the conversation', 1);

/** Runs and conversations of tasks in the application's store. */
export class RunRecords {
  private readonly records: RecordStore;
  private readonly clock: Clock;

  constructor(records: RecordStore, clock: Clock) {
    this.records = records;
    this.clock = clock;
  }

  async find(taskId: string): Promise<StoredRun | undefined> {
    const record = await this.records.get(RUNS, taskId);
    return record && runOf(record);
  }

  /** Returns the ids of the tasks whose processes have ended. */
  async lost(): Promise<readonly string[]> {
    const due = await this.records.list(RUNS, { order: 'due', values: false, limit: MAX_RECORDS });
    return due.filter(({ dueMs = 0 }) => dueMs <= 0).map(({ key }) => key);
  }

  /** Begins the run of a task, on which this process works. */
  async begin(taskId: string, owner: RunOwner): Promise<HeldRun> {
    const run = { owner };
    const members = { value: RUN.write(run), label: LABELS.running, keepMs: LIFETIME_MS };
    const result = await hold(this.records, RUNS, taskId, LEASE_MS, {
      initial: members,
      take: () => members,
      // The task is new, so the record need not be read first.
      known: null,
      clock: this.clock,
    });
    // `initial` and `take` always have members, so the result is neither missing nor busy.
    if (result.state !== 'held') throw new Error('a run that is begun is held');
    return { lease: result.hold, run };
  }

  /** Takes a waiting run, so that only one of several replies and cancellations gets it. `undefined`: it has changed since it was read. */
  async take({ taskId, record, owner, waiting }: StoredRun): Promise<HeldRun | undefined> {
    const result = await hold(this.records, RUNS, taskId, LEASE_MS, {
      known: record,
      take: ({ version, label }) =>
        version === record.version && label === LABELS.waiting ? { label: LABELS.running } : undefined,
      clock: this.clock,
    });
    return result.state === 'held' ? { lease: result.hold, run: { owner, waiting } } : undefined;
  }

  /** Lets a run wait for a reply, and ends its lease. Rejects with `denied` if the lease is lost. */
  async wait({ lease, run }: HeldRun, waiting: WaitingRun): Promise<void> {
    const value = RUN.write({ ...run, waiting });
    await lease.release({ value, label: LABELS.waiting, keepMs: LIFETIME_MS });
  }

  /** Ends a run before its task, so that no other process cancels the task. Rejects with `denied` if the lease is lost. */
  async finish({ lease, run: { owner } }: HeldRun): Promise<void> {
    await lease.save({ value: RUN.write({ owner }), label: LABELS.ended, keepMs: LIFETIME_MS });
  }

  /** Ends the run of a task that fails. Returns false if another process has canceled the task. */
  async fail(held: HeldRun): Promise<boolean> {
    try {
      await this.finish(held);
      return true;
    } catch {
      const run = await this.find(held.lease.record.key).catch(() => undefined);
      return run?.isCanceled !== true;
    }
  }

  /** Ends the work of this process. Other processes regard the run as alive for another 30 seconds, until the task's end is stored. */
  async end({ lease }: HeldRun): Promise<void> {
    // The run has ended or waits, or its record is removed already.
    await lease.release({ dueMs: LEASE_MS }).catch(() => undefined);
  }

  /**
   * Asks the process that works on a run, if any, to cancel it. Returns false if the process has just ended the run or lets it wait, and
   * stores its task soon.
   */
  async requestCancel(taskId: string): Promise<boolean> {
    for (;;) {
      const run = await this.find(taskId);
      if (run?.isHeld !== true) return run?.isWaiting !== true;
      const { version, label } = run.record;
      if (label === LABELS.ended) return false;
      // The process looks at the run every second. Until then, other processes regard the run as held.
      const times = { dueMs: LEASE_MS, keepMs: LEASE_MS };
      const change = { type: 'touch', key: taskId, version, label: LABELS.canceled, ...times } as const;
      if ((await this.records.write(RUNS, [change])) !== undefined) return true;
    }
  }

  /** Removes a run that was lost, and returns whether this call removed it. */
  async removeLost({ taskId, record: { version } }: StoredRun): Promise<boolean> {
    return (await this.records.write(RUNS, [{ type: 'remove', key: taskId, version }])) !== undefined;
  }

  /** Removes the run of a task that has ended. The process that works on a canceled run reads it until the run expires. */
  async forget(taskId: string): Promise<void> {
    const run = await this.find(taskId);
    if (run?.isCanceled === false) await this.records.write(RUNS, [{ type: 'remove', key: taskId }]);
  }

  /** Returns the transcript of the earlier tasks of a conversation. */
  async conversation(scope: Scope, contextId: string): Promise<readonly Message[]> {
    return (await this.storedConversation(conversationKey(scope, contextId))).messages;
  }

  /** Appends the messages of an ended task. Another task of the conversation may have ended since this task began. */
  async append(scope: Scope, contextId: string, messages: readonly Message[]): Promise<void> {
    const key = conversationKey(scope, contextId);
    for (;;) {
      const { messages: earlier, version } = await this.storedConversation(key);
      const value = CONVERSATION.write({ messages: [...earlier, ...messages] });
      const put = { type: 'put', key, version, value, keepMs: LIFETIME_MS } as const;
      if ((await this.records.write(CONVERSATIONS, [put])) !== undefined) return;
    }
  }

  private async storedConversation(
    key: string,
  ): Promise<{ readonly messages: readonly Message[]; readonly version: number }> {
    const record = await this.records.get(CONVERSATIONS, key);
    if (record === undefined) return { messages: [], version: 0 };
    return { ...CONVERSATION.read(key, record.value), version: record.version };
  }
}

function runOf(record: StoredRecord): StoredRun {
  const { key: taskId, value, label, dueMs = 0 } = record;
  return {
    ...RUN.read(taskId, value),
    taskId,
    record,
    isHeld: dueMs > 0,
    isWaiting: label === LABELS.waiting,
    isCanceled: label === LABELS.canceled,
  };
}

const conversationKey = (scope: Scope, contextId: string): string => `${scope}/${contextId}`;
