import type { Attributes } from '@opentelemetry/api';
import type { Attempt, AttemptInfo, ChatResponse, ImageRequest, Usage } from '@majordomo/core';
import { withoutUndefined } from './without-undefined.ts';
import { providerName } from './provider-name.ts';

/** Returns the operation, provider and model attributes of metrics, and of new spans, so that samplers can read them. */
export function identityAttributes({
  operation,
  vendor,
  target,
  model,
}: Pick<AttemptInfo, 'operation' | 'vendor' | 'target' | 'model'>): Attributes {
  return withoutUndefined({
    'gen_ai.operation.name': operationName(operation),
    'gen_ai.provider.name': providerName(vendor, target),
    'gen_ai.request.model': model,
  });
}

/** Operations without a name in the conventions, which permit other names. */
const UNNAMED: readonly string[] = ['rerank', 'moderation', 'classification'];

/** Returns the operation's name in the conventions. */
export function operationName(operation = 'chat'): string {
  if (operation === 'chat') return operation;
  if (UNNAMED.includes(operation)) return operation;
  return operation === 'embedding' ? 'embeddings' : 'generate_content';
}

/** Output types in the conventions, by operation. */
const OUTPUTS: Readonly<Record<string, string>> = {
  image: 'image',
  speech: 'speech',
  transcription: 'text',
};

/** Returns the attributes of a request, without content. */
export function requestAttributes(attempt: AttemptInfo): Attributes {
  const { request, payload, operation = 'chat', delivery } = attempt;
  const image = operation === 'image' ? (payload as ImageRequest | undefined) : undefined;
  const classification = payload && 'questions' in payload ? payload : undefined;
  const dimensions = payload && 'dimensions' in payload ? payload.dimensions : undefined;
  return withoutUndefined({
    'gen_ai.request.stream': delivery === 'deltas' ? true : undefined,
    'gen_ai.request.max_tokens': request.maxTokens,
    'gen_ai.request.temperature': request.temperature,
    'gen_ai.request.top_p': request.topP,
    'gen_ai.request.top_k': request.topK,
    'gen_ai.request.frequency_penalty': request.frequencyPenalty,
    'gen_ai.request.presence_penalty': request.presencePenalty,
    'gen_ai.request.stop_sequences': request.stop && [...request.stop],
    'gen_ai.request.seed': request.seed ?? image?.seed,
    'gen_ai.request.reasoning.level': request.reasoning,
    'gen_ai.request.choice.count': image?.n === 1 ? undefined : image?.n,
    'gen_ai.embeddings.dimension.count': dimensions,
    'majordomo.classification.questions': classification && Object.keys(classification.questions).length,
    'majordomo.classification.bases': classification?.bases && [...classification.bases],
    'gen_ai.output.type': OUTPUTS[operation] ?? (request.output && 'json'),
  });
}

/** Returns the usage attributes. In the conventions and in majordomo, input and output totals include their parts. */
function usageAttributes(usage: Usage | undefined): Attributes {
  return withoutUndefined({
    'gen_ai.usage.input_tokens': usage?.input,
    'gen_ai.usage.output_tokens': usage?.output,
    'gen_ai.usage.cache_read.input_tokens': usage?.cacheRead,
    'gen_ai.usage.cache_creation.input_tokens': usage?.cacheWrite,
    'gen_ai.usage.reasoning.output_tokens': usage?.reasoning,
  });
}

/** Returns the attributes of a response. A finish reason that the vendor does not name has its name in the conventions. */
export function answerAttributes({ id, finish, rawFinish }: ChatResponse): Attributes {
  return withoutUndefined({
    'gen_ai.response.id': id,
    'gen_ai.response.finish_reasons': [
      rawFinish ?? (finish === 'tool-calls' ? 'tool_call' : finish.replace('-', '_')),
    ],
  });
}

/** Returns the attributes that are known when an attempt ends. */
export function endAttributes({ outcome, error, usage, responseModel }: Attempt): Attributes {
  return withoutUndefined({
    'gen_ai.response.model': responseModel,
    'majordomo.outcome': outcome,
    // The error of a skipped attempt was caused by an earlier response.
    'http.response.status_code': outcome === 'skipped' ? undefined : error?.details.status,
    ...usageAttributes(usage),
  });
}
