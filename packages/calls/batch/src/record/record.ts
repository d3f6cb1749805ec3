import type {
  BatchLook,
  ChatRequest,
  ChatResponse,
  EmbeddingRequest,
  EmbeddingResponse,
  JsonObject,
  Usage,
} from '@majordomo/core';
import type { StoredError } from '@majordomo/core/toolkit';
import type { Amount } from '@majordomo/ledger';
import type { BatchInfo, LiveOptions } from '../contract.ts';

/** Stored job. After the submission, only the holder of the lease writes the record. */
export interface JobRecord {
  /** Random name of the job, which is part of custom ids, file names and metadata at vendors. */
  readonly token: string;
  readonly spec: string;
  readonly output?: JsonObject | undefined;
  readonly tenant?: string | undefined;
  readonly metadata?: JsonObject | undefined;
  /** Deadline in epoch milliseconds. */
  readonly deadline?: number | undefined;
  readonly live?: StoredLive | undefined;
  /** Number of items. Absent until the submission is complete. */
  total?: number | undefined;
  isCancelled?: boolean | undefined;
  isDone?: boolean | undefined;
  /** Number of the last holder of the lease. */
  fence: number;
  /** Number of items at each place. */
  readonly counts: Record<string, number>;
  /** Number of the last record with data of rows. Each move of rows uses the next number. */
  lastData: number;
  /** Cost of live calls in nano-USD, or null if the cost of a call is unknown or included in a plan. */
  liveNanoUsd: string | null;
  /** Batches in the order of their numbers. */
  batches: BatchRecord[];
}

/** Options for live calls, with defaults applied. */
interface StoredLive {
  readonly when: LiveOptions['when'];
  readonly leadMs: number;
  readonly concurrency: number;
}

/** Properties of a batch's target that costs and records need. */
export interface BatchTarget {
  readonly target: string;
  readonly vendor?: string | undefined;
  readonly model?: string | undefined;
  readonly billing?: 'metered' | 'included' | undefined;
  readonly name?: string | undefined;
}

/** Stored batch. */
export interface BatchRecord {
  readonly number: number;
  /** Position of the target in the chain. */
  readonly position: number;
  readonly about: BatchTarget;
  /** Whether the requests are embeddings instead of chats. */
  readonly isEmbedding: boolean;
  /** Group of the requests (`BatchBackend.line`). A batch contains requests of one group. */
  readonly group?: string | undefined;
  /**
   * State of the batch. `trial`: a search after an unknown creation found `ref`, which may be a batch of another client. Only its
   * results show this, and the search then goes on with another one.
   */
  state: BatchInfo['state'] | 'trial';
  /** Number of requests. Absent until all rows have moved to the batch. */
  requests?: number | undefined;
  /** Amounts that the ledger reserves for the batch. */
  most?: Amount | undefined;
  /** Number of earlier reservations, which have been released. Each reservation has a separate id. */
  reservations?: number | undefined;
  /** Last upload of the input that a process has begun. Absent until then. */
  uploading?: StoredUploading | undefined;
  /** Id of the uploaded input. */
  upload?: string | undefined;
  /** Whether the uploaded input was deleted, so that a delayed request can no longer create the batch. */
  isUploadDeleted?: boolean | undefined;
  /** Time of the first request that creates the batch, in epoch milliseconds. Searches ignore older batches. */
  searchSince?: number | undefined;
  /** Time of the last request that creates the batch, in epoch milliseconds. */
  createdAt?: number | undefined;
  ref?: string | undefined;
  /** Vendor's ids of batches that a search for this batch must ignore. */
  readonly notRefs: string[];
  completed: number;
  /** Reason that the vendor reported for requests without a result: `expired` or `cancelled`. */
  readonly without?: BatchLook['without'];
  expiresAt?: number | undefined;
  /** Time of the next useful try after a failure, in epoch milliseconds. */
  retryAt?: number | undefined;
  /** Time before which the vendor does not accept the batch, in epoch milliseconds. */
  notBefore?: number | undefined;
  isCancelled?: boolean | undefined;
  /** Cost of all items in nano-USD, or null if the cost is unknown or included in a plan. Set when the results are read. */
  nanoUsd?: string | null | undefined;
}

/** Upload that a process has begun. Another process finds it by the fencing number in its name. */
export interface StoredUploading {
  readonly fence: number;
  /** SHA-256 of the input. Another process uses the upload only if its own input is the same. */
  readonly sha256: string;
}

/** Request of an item. */
export type StoredRequest = ChatRequest | { readonly embedding: EmbeddingRequest };

/** State of an item. */
export interface ItemData {
  readonly attempts: readonly ItemAttempt[];
  /** Final response without attempts. */
  readonly response?: StoredResponse | undefined;
  /** Final error without attempts. */
  readonly error?: StoredError | undefined;
}

/** Attempt of an item. */
export interface ItemAttempt extends BatchTarget {
  readonly outcome: 'finished' | 'failed' | 'abandoned' | 'skipped';
  readonly via: 'batch' | 'live';
  /** Number of the batch. Absent if the attempt was not part of a batch. */
  readonly batch?: number | undefined;
  readonly error?: StoredError | undefined;
  readonly usage?: Usage | undefined;
  readonly ms: number;
  /** Cost in nano-USD, or null if the cost is unknown or included in a plan. */
  readonly nanoUsd: string | null;
}

/** Response without attempts, and without the parts that `message` already contains. */
export type StoredResponse =
  | Omit<ChatResponse, 'attempts' | 'parts'>
  | (Omit<EmbeddingResponse, 'attempts' | 'vectors'> & { readonly vectors: readonly Uint8Array[] });

/** Names of the places of items; see `ItemRow.place`. */
export const PLACES = {
  queue: (position: number): string => `queue:${position}`,
  batch: (number: number): string => `batch:${number}`,
  live: 'live',
  answered: 'done',
  failed: 'failed',
} as const;

/** Returns the positions of the targets whose queues have rows. */
export const queuePositions = (counts: Readonly<Record<string, number>>): readonly number[] =>
  Object.entries(counts).flatMap(([place, count]) => {
    const position = /^queue:(\d+)$/.exec(place)?.[1];
    return position === undefined || count === 0 ? [] : [Number(position)];
  });

/** Whether a planned batch of this target has not been created. Until its creation, no other batch of the target is planned. */
export const isStalled = ({ batches }: JobRecord, position: number): boolean =>
  batches.some(
    (batch) => batch.position === position && (batch.state === 'planned' || batch.state === 'creating'),
  );

/** Returns the time since the last request that creates the batch, in milliseconds. 0 if no request was sent. */
export const ageOf = ({ createdAt }: BatchRecord, now: number): number =>
  createdAt === undefined ? 0 : Math.max(0, now - createdAt);

/** Returns the name of a batch in the metadata of the vendor and in the ids of its requests. */
export const batchName = (token: string, number: number): string => `${token}-${number}`;

/** Returns the name of a batch's input that the process with this fencing number writes and uploads. */
export const inputName = (token: string, number: number, fence: number): string =>
  `${batchName(token, number)}-${fence}`;

export const customId = (token: string, number: number, index: number): string =>
  `${batchName(token, number)}-${index}`;

/** Returns the index of the item from the id of a result line, or `undefined` for a line of another batch. */
export function indexOf(id: string, token: string, number: number): number | undefined {
  const start = `${batchName(token, number)}-`;
  const index = id.slice(start.length);
  return id.startsWith(start) && /^\d{1,15}$/.test(index) ? Number(index) : undefined;
}

/** Returns an amount of nano-USD in its stored form, which is null if the amount is unknown or included in a plan. */
export const toStored = (nanoUsd: bigint | undefined): string | null => nanoUsd?.toString() ?? null;

/** Returns the sum of stored amounts, or `undefined` if an amount is null. */
export const sumOfStored = (amounts: readonly (string | null)[]): bigint | undefined =>
  amounts.includes(null) ? undefined : amounts.reduce((sum, amount) => sum + BigInt(amount ?? 0), 0n);
