import type { Env, Model, ModelContext, ModelRequest, Provider, Recovery } from '@majordomo/core';
import { checkInteger } from '@majordomo/core/toolkit';
import { billingOf, EventWriter, sdkStream, type WireReader } from '@majordomo/wire-kit';
import { dataAt, dataOf, goneFilesRecovery } from '@majordomo/wire-kit/internal';
import { backgroundBackend } from './background/backend.ts';
import { batchBackend } from './batch/backend.ts';
import { bodyText } from './body.ts';
import { fileBackend } from './files/backend.ts';
import { ORIGINS } from './profiles/origins.ts';
import { createConnection, type Connection } from './connection.ts';
import type { SdkErrorRules } from './errors.ts';
import type { ReportedFailure } from './failure/reported-failure.ts';
import { checkProfileAndOptions, type ChatOptions, type ResponsesOptions } from './options.ts';
import { createOtherModels, type CreateOtherModels } from './other-models.ts';
import type { Profile, ResponsesProfile } from './profile.ts';
import type { ReaderOptions } from './reading/reader-options.ts';
import type { WireRequest } from './request.ts';
import type { Sdk } from './sdk.ts';
import { videoBackend } from './videos/backend.ts';

export type CreateModel = (modelId: string, providerId: string, connection: Connection, env: Env) => Model;

/** Creates a provider over Chat Completions or Responses. The first call loads the SDK. */
export function createProvider(
  sdk: Sdk,
  profile: Profile | ResponsesProfile,
  options: ChatOptions | ResponsesOptions,
  createModel: CreateModel,
  otherModels: CreateOtherModels | undefined,
): Provider {
  checkProfileAndOptions(profile, options);
  const id = options.id ?? profile.id;
  const connection = createConnection(sdk, { ...profile, id }, options);
  const model = (modelId: string, env: Env = {}): Model => createModel(modelId, id, connection, env);
  const others = otherModels && createOtherModels(otherModels, connection, profile, options);
  const { batches, background, files, videos } = profile;
  // Only a profile for Responses has the member `api`.
  const isResponses = 'api' in profile;
  const chatPath = isResponses ? '/responses' : '/chat/completions';
  return {
    spi: 1,
    id,
    ...billingOf(options, profile),
    data: dataOf(options, (_modelId, env) => dataAt(connection.baseURL(env), ORIGINS)),
    ...others,
    model,
    ...(batches && {
      batch: (modelId: string, operation: 'chat' | 'embedding') =>
        operation === 'embedding' && others?.embeddingModel === undefined
          ? undefined
          : batchBackend(batches, connection, modelId, operation === 'chat' ? chatPath : '/embeddings'),
    }),
    ...(background && {
      background: () => backgroundBackend(background, connection, options.data?.retentionDays),
    }),
    ...(videos && {
      videoModel: (modelId: string) =>
        videos.models?.test(modelId) === false
          ? undefined
          : videoBackend(videos.api, modelId, connection, options),
    }),
    ...(files && { files: () => fileBackend(files, connection, isResponses) }),
    listModels: (context) => connection.list(context, (modelId) => model(modelId).capabilities),
  };
}

/** Connection and converted request of a model call, and the functions that read the response and its errors. */
export interface WireCall {
  readonly connection: Connection;
  readonly path: string;
  readonly request: ModelRequest;
  readonly context: ModelContext;
  readonly wireRequest: WireRequest;
  readonly createReader: (options: ReaderOptions) => WireReader;
  readonly recovery: (failure: ReportedFailure, status: number) => Recovery | undefined;
  readonly remedy?: SdkErrorRules['remedy'];
  /** Throws if the server does not accept the request. Called before the request is sent. */
  readonly check?: () => void;
}

/** Sends a request and yields the events of its response. */
export function streamCall(call: WireCall): ReturnType<Model['stream']> {
  const { connection, path, request, context, wireRequest, createReader, recovery } = call;
  const { params, headers, warnings, originals, customInputs } = wireRequest;
  const { target } = context;
  const session = connection.open({
    target,
    request,
    recovery: (failure, status) => {
      const { message, code } = failure;
      return goneFilesRecovery(request, { status, message, code }) ?? recovery(failure, status);
    },
    remedy: call.remedy,
  });
  // The writer collects its events, because `sdkStream` takes them.
  const writer = new EventWriter(target, { collects: true });
  writer.warning(...warnings);
  return sdkStream({
    context,
    reader: createReader({
      writer,
      originals,
      customInputs,
      secrets: () => session.secrets,
      reportUsage: (usage) => context.reportUsage?.(usage),
    }),
    send(signal) {
      // An error that is thrown here is an error of the attempt, so the chain can use the next target.
      checkInteger(request.maxTokens, 'maxTokens');
      call.check?.();
      const callContext = { ...context, signal, headers: { ...context.headers, ...headers } };
      return session.post(path, bodyText(params), callContext);
    },
    toLlmError: (error) => session.toLlmError(error),
  });
}
