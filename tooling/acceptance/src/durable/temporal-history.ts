/** Event of a run, in the order of Temporal's server. */
export type Happening =
  | { readonly activity: string; readonly result: unknown }
  | { readonly signal: string; readonly value: unknown };

/** Returns the history that Temporal's server would return for a workflow with these events. Protocol: temporal.api.history.v1. */
export function historyOf(workflow: string, input: unknown, happened: readonly Happening[]): object {
  const events: object[] = [];
  const add = (type: string, attributes: object): string => {
    const name = type.toLowerCase().replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
    events.push({
      eventId: `${events.length + 1}`,
      eventTime: new Date(Date.UTC(2026, 0, 1) + events.length * 1000).toISOString(),
      eventType: `EVENT_TYPE_${type}`,
      [`${name}EventAttributes`]: attributes,
    });
    return `${events.length}`;
  };
  /** Adds a workflow task: the worker runs until it waits. The worker's commands follow. */
  const task = (): string => {
    const scheduledEventId = add('WORKFLOW_TASK_SCHEDULED', { taskQueue, attempt: 1 });
    const startedEventId = add('WORKFLOW_TASK_STARTED', { scheduledEventId });
    // The SDK's first flag: names of activities are compared.
    const sdkMetadata = { coreUsedFlags: [1] };
    return add('WORKFLOW_TASK_COMPLETED', { scheduledEventId, startedEventId, sdkMetadata });
  };
  const taskQueue = { name: 'agents' };
  const runId = '11111111-1111-4111-8111-111111111111';
  add('WORKFLOW_EXECUTION_STARTED', {
    workflowType: { name: workflow },
    taskQueue,
    input: payloads(input),
    originalExecutionRunId: runId,
    firstExecutionRunId: runId,
    attempt: 1,
    workflowTaskTimeout: '10s',
  });
  let done = task();
  let activities = 0;
  for (const one of happened) {
    if ('signal' in one) {
      add('WORKFLOW_EXECUTION_SIGNALED', { signalName: one.signal, input: payloads(one.value) });
    } else {
      const scheduledEventId = add('ACTIVITY_TASK_SCHEDULED', {
        activityId: `${++activities}`,
        activityType: { name: one.activity },
        taskQueue,
        workflowTaskCompletedEventId: done,
      });
      const startedEventId = add('ACTIVITY_TASK_STARTED', { scheduledEventId, attempt: 1 });
      const result = payloads(one.result);
      add('ACTIVITY_TASK_COMPLETED', { scheduledEventId, startedEventId, result });
    }
    done = task();
  }
  add('WORKFLOW_EXECUTION_COMPLETED', { workflowTaskCompletedEventId: done });
  return { events };
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');

const payloads = (value: unknown): object => ({
  payloads: [{ metadata: { encoding: base64('json/plain') }, data: base64(JSON.stringify(value)) }],
});
