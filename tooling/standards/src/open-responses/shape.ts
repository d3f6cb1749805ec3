// Required members of Open Responses (OpenAPI version 2026-04-24), restated from its schema.

/** JSON object of the wire. */
export type Json = Readonly<Record<string, unknown>>;

type Kind = 'string' | 'integer' | 'number' | 'boolean' | 'array' | 'object' | 'null' | 'any';

/** Types of the members that each response requires. */
const RESPONSE: Readonly<Record<string, readonly Kind[]>> = {
  id: ['string'],
  object: ['string'],
  created_at: ['integer'],
  completed_at: ['integer', 'null'],
  status: ['string'],
  incomplete_details: ['object', 'null'],
  model: ['string'],
  previous_response_id: ['string', 'null'],
  instructions: ['string', 'null'],
  output: ['array'],
  error: ['object', 'null'],
  tools: ['array'],
  tool_choice: ['string', 'object'],
  truncation: ['string'],
  parallel_tool_calls: ['boolean'],
  text: ['object'],
  top_p: ['number', 'integer'],
  presence_penalty: ['number', 'integer'],
  frequency_penalty: ['number', 'integer'],
  top_logprobs: ['integer'],
  temperature: ['number', 'integer'],
  reasoning: ['object', 'null'],
  usage: ['object', 'null'],
  max_output_tokens: ['integer', 'null'],
  max_tool_calls: ['integer', 'null'],
  store: ['boolean'],
  background: ['boolean'],
  service_tier: ['string'],
  metadata: ['any'],
  safety_identifier: ['string', 'null'],
  prompt_cache_key: ['string', 'null'],
};

/** Members that each item, part, usage or event requires, by its type. */
const MEMBERS: Readonly<Record<string, readonly string[]>> = {
  message: ['id', 'status', 'role', 'content'],
  function_call: ['id', 'call_id', 'name', 'arguments', 'status'],
  output_text: ['text', 'annotations'],
  usage: ['input_tokens', 'output_tokens', 'total_tokens', 'input_tokens_details', 'output_tokens_details'],
  'response.created': ['response'],
  'response.in_progress': ['response'],
  'response.completed': ['response'],
  'response.output_item.added': ['output_index', 'item'],
  'response.output_item.done': ['output_index', 'item'],
  'response.content_part.added': ['item_id', 'output_index', 'content_index', 'part'],
  'response.content_part.done': ['item_id', 'output_index', 'content_index', 'part'],
  'response.output_text.delta': ['item_id', 'output_index', 'content_index', 'delta'],
  'response.output_text.done': ['item_id', 'output_index', 'content_index', 'text'],
  'response.function_call_arguments.delta': ['item_id', 'output_index', 'delta'],
  'response.function_call_arguments.done': ['item_id', 'output_index', 'arguments'],
};

/** Returns the problems of a response object. */
export function problemsOfResponse(response: Json): readonly string[] {
  const own = Object.entries(RESPONSE).flatMap(([name, kinds]) => {
    if (!(name in response)) return [`${name} is missing`];
    const kind = kindOf(response[name]);
    const fits = kinds.includes(kind) || kinds.includes('any');
    return fits ? [] : [`${name} is ${kind} instead of ${kinds.join(' or ')}`];
  });
  const items = listOf(response['output']);
  const parts = items.flatMap((item) => listOf(item['content']));
  const typed = [...items, ...parts].flatMap((one) => missingIn(String(one['type']), one));
  const { usage } = response;
  return [...own, ...typed, ...(isJson(usage) ? missingIn('usage', usage) : [])];
}

/** Returns the problems of the events of a stream, without its last line `[DONE]`. */
export function problemsOfEvents(events: readonly Json[]): readonly string[] {
  return events.flatMap((event, index) => {
    const type = String(event['type']);
    const { response } = event;
    return [
      ...(type in MEMBERS ? missingIn(type, event) : [`${type} is not an event of the standard`]),
      ...(event['sequence_number'] === index ? [] : [`${type} has the wrong sequence_number`]),
      ...(isJson(response) ? problemsOfResponse(response) : []),
    ];
  });
}

const missingIn = (type: string, object: Json): readonly string[] =>
  (MEMBERS[type] ?? []).filter((name) => !(name in object)).map((name) => `${type}.${name} is missing`);

/** Returns the objects of a list. */
export const listOf = (value: unknown): readonly Json[] =>
  Array.isArray(value) ? (value as readonly unknown[]).filter(isJson) : [];

export const isJson = (value: unknown): value is Json => kindOf(value) === 'object';

function kindOf(value: unknown): Kind {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (Number.isInteger(value)) return 'integer';
  return typeof value as Kind;
}
