import { estimateRequest } from '@majordomo/catalog/tokens';
import { withContents } from '@majordomo/core/toolkit';
import type {
  ChatRequest,
  ImagePart,
  JsonObject,
  Message,
  ObjectSchema,
  ResolvedTarget,
  ToolSpec,
} from '@majordomo/core';

type Estimated = Parameters<typeof estimateRequest>[0];
type Target = Pick<ResolvedTarget, 'vendor' | 'model'>;

/** Number of input tokens of a plan without a request. */
const DEFAULT_INPUT_TOKENS = 1000;

const EMPTY_REQUEST: Estimated = { system: undefined, messages: [], tools: [], output: undefined };

/**
 * Estimates the input tokens of a request at a target. Counts the tokens of text only once for all targets and later turns, and
 * those of tools and schemas once for each target. Counts a vendor's additions and images for each request.
 */
export function inputTokens(request: ChatRequest | undefined, target: Target): number {
  if (request === undefined) return DEFAULT_INPUT_TOKENS;
  const { messages, tools = [], output } = request;
  const pictures = messages.flatMap(imagesOf);
  return (
    estimateRequest(EMPTY_REQUEST, target).tokens +
    textTokens(request) +
    (tools.length === 0 ? 0 : toolTokens(tools, target)) +
    (typeof output === 'object' ? schemaTokens(output, target) : 0) +
    addedTokens({ messages: pictures }, target)
  );
}

const textTokens = memoize(
  ({ system, messages }: ChatRequest): number =>
    addedTokens({ system }) + messages.reduce((sum, message) => sum + messageTokens(message), 0),
);

/** Caches the tokens of a message. A message does not change, so only the new messages of a conversation are counted. */
const messageTokens = memoize((message: Message): number =>
  addedTokens({ messages: [withoutImages(message)] }),
);

const toolTokens = memoizeByTarget((tools: readonly ToolSpec[], target): number => {
  const specs = tools.map(({ name, description, parameters }) => ({
    name,
    description,
    parameters: jsonOf(parameters),
  }));
  return addedTokens({ tools: specs }, target);
});

const schemaTokens = memoizeByTarget((schema: JsonObject, target): number =>
  addedTokens({ output: { name: '', schema } }, target),
);

/**
 * Returns the estimated tokens that a part adds to an empty request. Text needs no target: only tools, schemas and images depend
 * on it.
 */
const addedTokens = (part: Partial<Estimated>, target: Partial<Target> = {}): number =>
  estimateRequest({ ...EMPTY_REQUEST, ...part }, target).tokens -
  estimateRequest(EMPTY_REQUEST, target).tokens;

/** Returns the message without its images. */
const withoutImages = (message: Message): Message =>
  withContents(message, (part) => (part.type === 'image' ? [] : [part]));

/** Returns the images of a message as a separate message. */
function imagesOf({ parts }: Message): readonly Message[] {
  const pictures: ImagePart[] = [];
  for (const part of parts)
    for (const piece of 'content' in part ? part.content : [part])
      if (piece.type === 'image') pictures.push(piece);
  return pictures.length === 0 ? [] : [{ role: 'user', parts: pictures }];
}

/**
 * Returns the JSON Schema of a library's schema. Returns `{}` for an invalid schema, because the call itself rejects such a
 * schema.
 */
function jsonOf(parameters: ToolSpec['parameters']): JsonObject {
  try {
    const json = isStandard(parameters)
      ? parameters['~standard'].jsonSchema.input({ target: 'draft-2020-12' })
      : parameters;
    JSON.stringify(json);
    return json as JsonObject;
  } catch {
    return {};
  }
}

const isStandard = (parameters: ToolSpec['parameters']): parameters is ObjectSchema<unknown> =>
  '~standard' in parameters;

/** Returns a function that caches the result of `count` while its argument exists. */
function memoize<Subject extends object, Result>(
  count: (subject: Subject) => Result,
): (subject: Subject) => Result {
  const known = new WeakMap<Subject, { readonly result: Result }>();
  return (subject) => {
    const before = known.get(subject);
    if (before !== undefined) return before.result;
    const result = count(subject);
    known.set(subject, { result });
    return result;
  };
}

/** Returns a function that caches the results of `count` by target while its first argument exists. */
function memoizeByTarget<Subject extends object>(
  count: (subject: Subject, target: Target) => number,
): (subject: Subject, target: Target) => number {
  const known = memoize((_subject: Subject) => new Map<string, number>());
  return (subject, target) => {
    const byTarget = known(subject);
    const key = `${target.vendor}/${target.model}`;
    const tokens = byTarget.get(key) ?? count(subject, target);
    byTarget.set(key, tokens);
    return tokens;
  };
}
