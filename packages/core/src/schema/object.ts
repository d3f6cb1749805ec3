import { LlmError } from '../error/llm-error.ts';
import type { CallOptions } from '../model/call.ts';
import type { ChatModel, JsonSchemaRequest, ObjectResponse, TypedRequest } from '../model/majordomo.ts';
import type { SchemaIssue } from '../model/schema.ts';
import { isSchema, toJsonSchema } from './to-json-schema.ts';

/** Asks with the schema, decodes the text and checks the value. */
export async function generateObject<T>(
  model: Pick<ChatModel, 'generate'>,
  request: TypedRequest<T> | JsonSchemaRequest,
  options?: CallOptions,
): Promise<ObjectResponse<T>> {
  const { output } = request;
  const response = await model.generate({ ...request, output: toJsonSchema(output, 'output') }, options);
  let json: unknown;
  try {
    json = JSON.parse(response.text);
  } catch (cause) {
    throw new LlmError('invalid-output', `${response.target} gave no JSON`, { target: response.target, partial: response }, { cause });
  }
  if (!isSchema(output)) return { ...response, value: json as T };
  const result = await output['~standard'].validate(json);
  if (result.issues === undefined) return { ...response, value: result.value };
  const issues = result.issues.map(({ message, path }: SchemaIssue) => ({
    message,
    path: (path ?? []).map((key) => (typeof key === 'object' ? key.key : key)),
  }));
  throw new LlmError('invalid-output', `${response.target} gave JSON that does not fit the schema`, { target: response.target, partial: response, issues });
}
