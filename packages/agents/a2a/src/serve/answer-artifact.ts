import type { Artifact, TaskArtifactUpdateEvent } from '@a2a-js/sdk';
import type { Clock } from '@majordomo/core';
import { textPart, type TaskIds } from '../messages.ts';

/** Minimum time between two updates of the artifact, in milliseconds. */
const EVERY_MS = 50;

/** Artifact with the text of the answer, which is sent in deltas while the model writes. */
export class AnswerArtifact {
  private readonly ids: TaskIds;
  private readonly clock: Clock;
  private readonly publish: (update: TaskArtifactUpdateEvent) => void;
  private waiting = '';
  /** Whether the next update replaces the text that was sent before. */
  private isNew = true;
  private sentAt = -Infinity;
  private cancelTimer: (() => void) | undefined;

  constructor(ids: TaskIds, clock: Clock, publish: (update: TaskArtifactUpdateEvent) => void) {
    this.ids = ids;
    this.clock = clock;
    this.publish = publish;
  }

  add(text: string): void {
    this.waiting += text;
    this.cancelTimer ??= this.clock.timer(Math.max(0, this.sentAt + EVERY_MS - this.clock.now()), () => {
      this.cancelTimer = undefined;
      this.send(this.waiting, false);
    });
  }

  /** Discards the text. The next update replaces what was sent. */
  restart(): void {
    this.stop();
    this.isNew = true;
  }

  /** Sends the complete answer, which replaces the deltas. */
  end(text: string): void {
    this.restart();
    if (text !== '') this.send(text, true);
  }

  /** Sends nothing more. */
  stop(): void {
    this.cancelTimer?.();
    this.cancelTimer = undefined;
    this.waiting = '';
  }

  private send(text: string, lastChunk: boolean): void {
    const { taskId, contextId } = this.ids;
    const append = !this.isNew;
    this.waiting = '';
    this.isNew = false;
    this.sentAt = this.clock.now();
    this.publish({ taskId, contextId, artifact: artifactOf(text), append, lastChunk, metadata: undefined });
  }
}

const artifactOf = (text: string): Artifact => ({
  artifactId: 'answer',
  name: 'answer',
  description: '',
  parts: [textPart(text)],
  metadata: undefined,
  extensions: [],
});
