import type { PreparedCall } from '../call/contract.ts';
import type { Contents, TargetFiles } from '../prepare/contents.ts';
import { fitRequest, type FittedRequest } from '../prepare/fit-request.ts';
import { validate } from '../prepare/validate.ts';
import type { Target } from '../resolve/resolve.ts';
import { Accumulator } from '../stream/accumulator.ts';
import type { ChatResponse, ModelEvent, Warning } from '../types/response.ts';
import type { Recovery } from '../types/llm-error.ts';
import type { TargetSettings } from '../types/majordomo.ts';
import type { MediaFitter, Model } from '../types/provider.ts';
import type { ChatRequest } from '../types/request.ts';
import { definedMembers } from '../util/options.ts';

export interface ChatOptions {
  /** Whether the caller reads events as they arrive. */
  readonly isStreamed: boolean;
  readonly media: MediaFitter | undefined;
  readonly modelAt: (target: Target) => Model;
  /** Returns the file storage of a target for a request with large content. Absent for work that does not upload. */
  readonly filesAt?: ((target: Target, request: ChatRequest) => TargetFiles | undefined) | undefined;
  /** Tenant of the call. */
  readonly tenant?: string | undefined;
}

/** Adapts a chat request to one target. Rejects with `unsupported` if the target does not support the request. */
export async function prepareChat(
  request: ChatRequest,
  target: Target,
  options: ChatOptions,
  scope: { readonly signal: AbortSignal },
): Promise<PreparedChat> {
  const { isStreamed, media, modelAt, tenant } = options;
  const model = modelAt(target);
  const { key, provider } = target;
  const complete = target.with === undefined ? request : withDefaults(request, target.with);
  const files = options.filesAt?.(target, complete);
  const contents =
    files !== undefined || hasBlobs(complete)
      ? await (await loadContents()).readContents(complete, model, { files, tenant, media, scope })
      : undefined;
  const fitted = await fitRequest(contents?.request ?? complete, {
    target: key,
    providerId: provider.id,
    model,
    media,
    scope,
    tenant,
    isReferred: contents?.isReferred,
  });
  return newPreparedChat(key, model, fitted, isStreamed, contents?.uploadOf);
}

const hasBlobs = ({ messages }: ChatRequest): boolean =>
  messages.some(({ parts }) => parts.some(({ type }) => type === 'blob'));

let contentsModule: Promise<typeof import('../prepare/contents.ts')> | undefined;

/** Loads the code for content that is not in the request, because most requests have none. An `import()` costs 50 µs each time. */
const loadContents = (): Promise<typeof import('../prepare/contents.ts')> =>
  (contentsModule ??= import('../prepare/contents.ts'));

/** Returns the request with the alias's settings as defaults. */
function withDefaults(request: ChatRequest, settings: TargetSettings): ChatRequest {
  const { timeouts: _timeouts, policy: _policy, ...defaults } = settings;
  const extra = { ...defaults.extra, ...request.extra };
  const complete = { ...defaults, ...(definedMembers(request) as ChatRequest), extra };
  validate(complete);
  return complete;
}

/** Chat request that is adapted to one model. */
export interface PreparedChat extends PreparedCall<ModelEvent, ChatResponse> {
  readonly target: string;
  /** Changes that were made to the request for this target. */
  readonly warnings: readonly Warning[];
  withRecovery(recovery: Recovery, why: string): PreparedChat;
}

function newPreparedChat(
  target: string,
  model: Model,
  { request, warnings, read }: FittedRequest,
  isStreamed: boolean,
  /** Absent if the request contains all content. */
  uploadOf?: Contents['uploadOf'],
  /** Whether a recovery requires a non-streaming response. */
  mustBeComplete = false,
): PreparedChat {
  return {
    target,
    request,
    warnings,
    payload: undefined,
    capabilities: model.capabilities,
    timeouts: model.timeouts,
    upload: uploadOf?.(request, (changed, added) => {
      const complete = { request: changed, warnings: [...warnings, ...added], read };
      // Without `uploadOf`, because the content has been uploaded.
      return newPreparedChat(target, model, complete, isStreamed, undefined, mustBeComplete);
    }),
    isNonStreaming: mustBeComplete || (!isStreamed && model.isNonStreaming?.(request) === true),
    withRecovery(recovery, why) {
      const changed: FittedRequest = {
        request: recovery.apply(request),
        warnings: [...warnings, { action: 'repaired', what: recovery.what, why }],
        read,
      };
      const isComplete = mustBeComplete || recovery.delivery === 'complete';
      return newPreparedChat(target, model, changed, isStreamed, uploadOf, isComplete);
    },
    open(context) {
      const stream = model.stream(request, context);
      return (read === undefined ? stream : read(stream))[Symbol.asyncIterator]();
    },
    newAnswer: () => new Accumulator(target, warnings),
  };
}
