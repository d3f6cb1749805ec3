import { A2A_CONTENT_TYPE, StreamResponse, TaskPushNotificationConfig, type Task } from '@a2a-js/sdk';
import { PushNotificationNotSupportedError, RequestMalformedError } from '@a2a-js/sdk/errors';
import type { PushNotificationSender, PushNotificationStore, ServerCallContext } from '@a2a-js/sdk/server';
import { LlmError } from '@majordomo/core';
import { notify } from '@majordomo/core/toolkit';
import { layoutOf, type RecordStore } from '@majordomo/records';
import { fetchAt, resolveHost, type Address, type Resolve } from '@majordomo/wire-kit/internal';
import { scopeOf } from './scope.ts';
import type { ServeA2aOptions } from './options.ts';
import { LIFETIME_MS } from './run-records.ts';

/** Maximum number of webhooks of a task. */
const MAX_WEBHOOKS = 10;
const TIMEOUT_MS = 10_000;
/** Number of notifications of a task that wait for a slow webhook. More updates of the artifact are omitted: the last one is complete. */
const MAX_WAITING = 100;

/** Dependencies of `Webhooks`. */
export interface PushIo {
  readonly options: Pick<ServeA2aOptions, 'push' | 'onError'>;
  readonly records: RecordStore;
  readonly resolve: Resolve;
  /** Returns the function that sends to an address, which was checked. */
  readonly fetchAt: typeof fetchAt;
}

/** Webhooks of tasks in the application's store, and the notifications that they receive. */
export class Webhooks implements PushNotificationStore, PushNotificationSender {
  private readonly io: PushIo;
  /** Last notification of each task, because a webhook receives the events of a task in their order. */
  private readonly last = new Map<string, { sent: Promise<void>; waiting: number }>();

  constructor(io: PushIo) {
    this.io = io;
  }

  async save(taskId: string, context: ServerCallContext, config: TaskPushNotificationConfig): Promise<void> {
    await this.addressOf(config.url);
    // The SDK returns this object to the client, which learns the id from it.
    if (config.id === '') config.id = crypto.randomUUID();
    await this.change(taskId, context, (configs) => {
      const others = configs.filter(({ id }) => id !== config.id);
      if (others.length >= MAX_WEBHOOKS)
        throw new RequestMalformedError(`a task has at most ${MAX_WEBHOOKS} webhooks; delete one of them`);
      return [...others, config];
    });
  }

  async load(taskId: string, context: ServerCallContext): Promise<TaskPushNotificationConfig[]> {
    return (await this.read(await keyOf(taskId, context))).configs;
  }

  async delete(taskId: string, context: ServerCallContext, configId?: string): Promise<void> {
    await this.change(taskId, context, (configs) => configs.filter(({ id }) => id !== configId));
  }

  /** Sends an event to the webhooks of its task. Never rejects: a failure is only reported to the application. */
  async send(event: StreamResponse, context: ServerCallContext): Promise<void> {
    const taskId = taskIdOf(event);
    if (taskId === '') return;
    const last = this.last.get(taskId) ?? { sent: Promise.resolve(), waiting: 0 };
    const { payload } = event;
    const isDelta = payload?.$case === 'artifactUpdate' && !payload.value.lastChunk;
    if (isDelta && last.waiting >= MAX_WAITING) return;
    last.waiting++;
    last.sent = this.sendAfter(last.sent, event, taskId, context);
    this.last.set(taskId, last);
    await last.sent;
    last.waiting--;
    if (last.waiting === 0) this.last.delete(taskId);
  }

  /** Sends the status of a task, of which the SDK sends no event. */
  sendStatus({ id: taskId, contextId, status }: Task, context: ServerCallContext): Promise<void> {
    const value = { taskId, contextId, status, metadata: undefined };
    return this.send({ payload: { $case: 'statusUpdate', value } }, context);
  }

  /** Waits until all notifications were sent. */
  async close(): Promise<void> {
    await Promise.all([...this.last.values()].map(({ sent }) => sent));
  }

  private async sendAfter(
    before: Promise<void>,
    event: StreamResponse,
    taskId: string,
    context: ServerCallContext,
  ): Promise<void> {
    await before;
    try {
      const configs = await this.load(taskId, context);
      const body = JSON.stringify(StreamResponse.toJSON(event));
      await Promise.all(configs.map((config) => this.post(config, body)));
    } catch (error) {
      notify(this.io.options.onError, error);
    }
  }

  private async post(config: TaskPushNotificationConfig, body: string): Promise<void> {
    try {
      const address = await this.addressOf(config.url);
      const send = address === undefined ? globalThis.fetch : this.io.fetchAt(address);
      const response = await send(config.url, {
        method: 'POST',
        headers: headersOf(config),
        body,
        redirect: 'manual',
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      await response.body?.cancel();
      if (!response.ok)
        throw new LlmError('network', `status ${response.status}`, { status: response.status });
    } catch (cause) {
      const { host } = new URL(config.url);
      const why = LlmError.is(cause) ? cause.message : 'the request failed';
      notify(this.io.options.onError, new LlmError('network', `webhook of ${host}: ${why}`, {}, { cause }));
    }
  }

  /**
   * Returns the public address of a webhook's host, or `undefined` in a runtime that cannot resolve names. Throws an error of the
   * protocol for an address that may not receive notifications.
   */
  private async addressOf(text: string): Promise<Address | undefined> {
    const { push } = this.io.options;
    if (push === undefined) throw new PushNotificationNotSupportedError();
    const url = URL.canParse(text) ? new URL(text) : undefined;
    if (url?.protocol !== 'https:' || url.username !== '' || url.password !== '')
      throw new RequestMalformedError('the address of a webhook must be an https URL without a password');
    // `[]`: no host with a private address is permitted.
    const address = await resolveHost(url, [], this.io.resolve).catch((error: unknown) => {
      // Workers cannot resolve names, and their network contains no private hosts of the application.
      if (LlmError.is(error, 'unsupported')) return undefined;
      throw new RequestMalformedError(`the host of the webhook ${url.host} is unknown or not public`);
    });
    if (push.allow(url)) return address;
    throw new RequestMalformedError(`the server does not send notifications to ${url.host}`);
  }

  /** Changes the webhooks of a task. Changes them again if another process has changed them since they were read. */
  private async change(
    taskId: string,
    context: ServerCallContext,
    change: (configs: readonly TaskPushNotificationConfig[]) => readonly TaskPushNotificationConfig[],
  ): Promise<void> {
    const key = await keyOf(taskId, context);
    for (;;) {
      const { configs, version } = await this.read(key);
      const changed = change(configs).map((config) => TaskPushNotificationConfig.toJSON(config));
      const value = WEBHOOKS.write({ configs: changed });
      const put = { type: 'put', key, version, value, keepMs: LIFETIME_MS } as const;
      if ((await this.io.records.write(SPACE, [put])) !== undefined) return;
    }
  }

  private async read(
    key: string,
  ): Promise<{ readonly configs: TaskPushNotificationConfig[]; readonly version: number }> {
    const record = await this.io.records.get(SPACE, key);
    const stored = record === undefined ? [] : WEBHOOKS.read(key, record.value).configs;
    const configs = stored.map((one) => TaskPushNotificationConfig.fromJSON(one));
    return { configs, version: record?.version ?? 0 };
  }
}

const SPACE = 'a2a/webhooks';
const WEBHOOKS = layoutOf<{ readonly configs: readonly unknown[] }>('the webhooks of the task', 1);

function headersOf({ authentication, token }: TaskPushNotificationConfig): Record<string, string> {
  const headers: Record<string, string> = { 'content-type': A2A_CONTENT_TYPE };
  if (authentication !== undefined)
    headers['authorization'] = `${authentication.scheme} ${authentication.credentials}`;
  if (token !== '') headers['x-a2a-notification-token'] = token;
  return headers;
}

function taskIdOf({ payload }: StreamResponse): string {
  if (payload === undefined) return '';
  return payload.$case === 'task' ? payload.value.id : payload.value.taskId;
}

const keyOf = async (taskId: string, context: ServerCallContext): Promise<string> =>
  `${await scopeOf(context)}/${taskId}`;
